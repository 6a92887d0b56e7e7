component "release" "twice" {
  patch_level = "1"
  path        = "/srv/a"
  maintenance {
    block {
      ports      = [80, 70000]
      interfaces = ["eth1", "a b"]
      allow      = ["10.0.9.7", "somewhere"]
      probe "tcp" {
        port = 80
      }
      probe "tcp" {
        port = 81
      }
      log {
        file    = "/var/log/kern.log"
        command = ["dmesg"]
      }
    }
  }
}
component "release" "folder" {
  patch_level = "1"
  path        = "/srv/b"
  connection "chroot" {
    path = "srv/image"
  }
  maintenance {
    block {
      ports = [80]
      allow = ["10.0.9.7", null]
      probe {
        port = 80
      }
      log {
        file = "kern.log"
      }
    }
  }
}
component "release" "nothing" {
  patch_level = "1"
  path        = "/srv/c"
  maintenance {
    block {
      ports = [80]
      log {
        command = []
      }
      probe "tcp" {
        port = 80
      }
    }
  }
}
