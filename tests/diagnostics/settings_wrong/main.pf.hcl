patchform {
  required_version = ">= 99"
  party = "cps"
  state "s3" {}
  colour = "red"
  required_providers {
    acme = "1.0"
    apt = { version = "about 1", sauce = "./x" }
    nop = { source = 5 }
  }
}
