variable "hosts" {
  type = list(number)
}
variable "racks" {
  type = map(object({ slots = list(number) }))
}
component "release" "a" {
  patch_level = "1"
  path        = "/srv"
  tags        = ["x", {}]
  artifacts   = { "1" = "a.tar.gz", "2" = ["b.tar.gz"] }
}
module "m" {
  source = "./m"
  ports  = [80, "http"]
}
data "external" "program" {
  program = ["sh", ["-c"], "true"]
}
