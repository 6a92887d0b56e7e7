component "command" "cache" {
  for_each    = toset(["cache-1", "cache-2"])
  patch_level = "1.1"
  read        = ["cat", "${each.key}.level"]
  patch       = ["sh", "-c", "printf %s \"$PATCHFORM_LEVEL\" > ${each.key}.level"]
  snapshot    = ["cat", "${each.key}.level"]
  restore     = ["sh", "-c", "printf %s \"$PATCHFORM_SNAPSHOT\" > ${each.key}.level"]

  maintenance {
    silence {
      url         = "https://alerts.example:9093"
      match       = { instance = "${each.key}:9100" }
      ca_cert_pem = file("ca.pem")
    }
  }
}
