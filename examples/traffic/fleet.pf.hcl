# Three web servers behind HAProxy: each is taken out before its patch, and put back once it is verified.
variable "level" {
  type    = string
  default = "1.1"
}

traffic "haproxy" "front" {
  socket  = "${path.cwd}/work/admin.sock"
  backend = "web"
}

rollout "careful" {
  canary       = 1
  max_parallel = 1
  max_failures = 1
  on_failure   = "rollback_run"
}

component "command" "web" {
  for_each    = toset(["web-1", "web-2", "web-3"])
  patch_level = var.level
  rollout     = rollout.careful
  target      = each.key
  read        = ["cat", "work/${each.key}/level"]
  patch       = ["sh", "-c", "printf %s \"$PATCHFORM_LEVEL\" > work/${each.key}/level"]
  snapshot    = ["cat", "work/${each.key}/level"]
  restore     = ["sh", "-c", "printf %s \"$PATCHFORM_SNAPSHOT\" > work/${each.key}/level"]

  maintenance {
    drain         = [traffic.haproxy.front]
    drain_timeout = "10s"
  }
}
