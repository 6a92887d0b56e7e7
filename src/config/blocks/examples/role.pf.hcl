component "command" "db" {
  for_each    = toset(["db-1", "db-2", "db-3"])
  patch_level = "15.9"
  read        = ["cat", "${each.key}.level"]
  patch       = ["sh", "-c", "printf %s \"$PATCHFORM_LEVEL\" > ${each.key}.level"]
  snapshot    = ["cat", "${each.key}.level"]
  restore     = ["sh", "-c", "printf %s \"$PATCHFORM_SNAPSHOT\" > ${each.key}.level"]

  role {
    command = ["cat", "${each.key}.role"]
    timeout = "5s"
  }
}

service "accounts" {
  members = [command.db]
  order   = ["replica", "primary"]
}
