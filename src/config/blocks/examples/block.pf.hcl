component "apt" "web" {
  patch_level = { nginx = "1.22.1-9+deb12u3" }

  connection "ssh" {
    host = "web-1.example"
  }
  maintenance {
    block {
      ports = [80, 443]
      allow = ["10.0.9.0/24"]

      probe "http" {
        url           = "https://shop.example/"
        expect_status = 200
        expect_body   = "Welcome"
        max_latency   = "4s"
        timeout       = "5s"
        interval      = "1s"
        within        = "30s"
      }
      log {
        file   = "/var/log/hosts/web-1/kern.log"
        within = "20s"

        connection "ssh" {
          host = "log-1.example"
        }
      }
    }
  }
}

component "command" "db" {
  patch_level = "1.1"
  read        = ["cat", "db.level"]
  patch       = ["sh", "-c", "printf %s \"$PATCHFORM_LEVEL\" > db.level"]
  snapshot    = ["cat", "db.level"]
  restore     = ["sh", "-c", "printf %s \"$PATCHFORM_SNAPSHOT\" > db.level"]

  maintenance {
    block {
      ports = [5432]

      probe "tcp" {
        host     = "db-1.example"
        port     = 5432
        timeout  = "5s"
        interval = "1s"
        within   = "1m"
      }
    }
  }
}

component "command" "api" {
  patch_level = "1.1"
  read        = ["cat", "api.level"]
  patch       = ["sh", "-c", "printf %s \"$PATCHFORM_LEVEL\" > api.level"]
  snapshot    = ["cat", "api.level"]
  restore     = ["sh", "-c", "printf %s \"$PATCHFORM_SNAPSHOT\" > api.level"]

  maintenance {
    block {
      interfaces = ["eth1"]
      from       = ["0.0.0.0/0", "::/0"]
      log_group  = 5

      probe "exec" {
        command       = ["curl", "--silent", "--max-time", "3", "http://api.example/"]
        expect_output = "ready"
        timeout       = "5s"
        interval      = "1s"
        within        = "30s"

        connection "ssh" {
          host = "outside.example"
        }
      }
      log {
        command = ["sh", "-c", "grep \"$PATCHFORM_MARK\" /var/log/ulog/syslogemu.log"]
      }
    }
  }
}

traffic "haproxy" "shop" {
  socket  = "/run/haproxy/admin.sock"
  backend = "shop"
}

component "command" "shop" {
  patch_level = "1.1"
  read        = ["cat", "shop.level"]
  patch       = ["sh", "-c", "printf %s \"$PATCHFORM_LEVEL\" > shop.level"]
  snapshot    = ["cat", "shop.level"]
  restore     = ["sh", "-c", "printf %s \"$PATCHFORM_SNAPSHOT\" > shop.level"]

  maintenance {
    block {
      at = traffic.haproxy.shop

      probe "http" {
        url = "https://shop.example/"
      }
      log {
        file = "/var/log/haproxy.log"
      }
    }
  }
}
