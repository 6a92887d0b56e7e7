component "command" "web" {
  count       = 3
  patch_level = "7"
  rollout     = rollout.one
  read        = ["cat", "web-${count.index}.level"]
  patch       = ["sh", "-c", "echo $PATCHFORM_LEVEL > web-${count.index}.level"]
  snapshot    = ["sh", "-c", "cp web-${count.index}.level $PATCHFORM_SNAPSHOT && echo $PATCHFORM_SNAPSHOT"]
  restore     = ["sh", "-c", "cp $PATCHFORM_SNAPSHOT web-${count.index}.level"]

  role {
    command = ["cat", "web-${count.index}.role"]
  }
}

rollout "one" {
  max_parallel = 1
}

service "shop" {
  members       = [command.web]
  min_available = 2
}

service "reports" {
  members      = [command.web]
  importance   = "low"
  availability = "99.9%"
  timezone     = "Asia/Tokyo"

  probe "http" {
    url      = "http://reports.example/healthz"
    interval = "500ms"
    timeout  = "2s"
  }
}

service "votes" {
  members = [command.web[0], command.web[1], command.web[2]]
  quorum  = true
  order   = ["follower", "leader"]
}
