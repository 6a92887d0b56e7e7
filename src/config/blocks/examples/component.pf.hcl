component "command" "db" {
  patch_level = "15.3"
  class       = "database"
  provider    = command
  vendor      = vendor.acme
  exposure    = "internal"
  read        = ["cat", "db.level"]
  patch       = ["sh", "-c", "echo $PATCHFORM_LEVEL > db.level"]
  snapshot    = ["sh", "-c", "cp db.level $PATCHFORM_SNAPSHOT && echo $PATCHFORM_SNAPSHOT"]
  restore     = ["sh", "-c", "cp $PATCHFORM_SNAPSHOT db.level"]

  connection "local" {}

  snapshot {
    keep          = 3
    keep_for      = "14d"
    may_lose_data = true
  }

  check "exec" "level" {
    command       = ["cat", "db.level"]
    expect_output = self.patch_level
  }
}

component "command" "web" {
  for_each    = { eu = 8080, us = 8081 }
  patch_level = "2.4.1"
  depends_on  = [command.db]
  rollout     = rollout.careful
  zone        = "rack-${each.value % 2}"
  read        = ["cat", "web-${each.key}.level"]
  patch       = ["sh", "-c", "echo $PATCHFORM_LEVEL > web-${each.key}.level"]

  lifecycle {
    allow_downgrade    = true
    install            = false
    allow_irreversible = true
  }
}

component "command" "worker" {
  count       = 2
  patch_level = "2.4.1"
  read        = ["cat", "worker-${count.index}.level"]
  patch       = ["sh", "-c", "echo $PATCHFORM_LEVEL > worker-${count.index}.level"]
  snapshot    = ["sh", "-c", "cp worker-${count.index}.level $PATCHFORM_SNAPSHOT && echo $PATCHFORM_SNAPSHOT"]
  restore     = ["sh", "-c", "cp $PATCHFORM_SNAPSHOT worker-${count.index}.level"]
}

rollout "careful" {
  max_parallel = 1
}

vendor "acme" {
  phone = "+49 30 5550100"
}
