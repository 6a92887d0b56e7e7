variable "watch_password" {
  type      = string
  sensitive = true
  default   = "only-in-an-example"
}

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
      username    = "watch"
      password    = var.watch_password
      ca_cert_pem = file("ca.pem")
    }
  }
}

component "command" "queue" {
  patch_level = "1.1"
  read        = ["cat", "queue.level"]
  patch       = ["sh", "-c", "printf %s \"$PATCHFORM_LEVEL\" > queue.level"]
  snapshot    = ["cat", "queue.level"]
  restore     = ["sh", "-c", "printf %s \"$PATCHFORM_SNAPSHOT\" > queue.level"]

  maintenance {
    silence {
      url          = "http://alerts.example:9093"
      match        = { instance = "queue:9100" }
      bearer_token = var.watch_password
    }
  }
}
