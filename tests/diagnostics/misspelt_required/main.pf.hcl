component "release" "api" {
  patch_levl = "2.0.0"
  pth        = "srv/api"

  check "http" "ready" {
    ulr = "http://127.0.0.1:8080/"
  }
  connection "ssh" {
    hots = "api-1.example"
  }
}

component "release" "web" {
  patch_level {}
  path = "srv/web"
}

output "url" {
  vaule = 1
}

variable "port" {
  default = 1
  validation {
    conditon      = var.port > 0
    error_mesage  = "The port must be above 0."
  }
}

module "web" {
  sorce = "./modules/web"
  port  = 80
}

module "shop" {
  source = "./modules/web"
  prt    = 80
}

moved {
  form = release.old
  to   = release.web
}
