output "a" {
  value = "${module.f.x} ${module.f.y}"
}
output "b" {
  value = [module.f.z, module.f.x, module.f.x, module.f.x, module.f.x]
}
component "nokind" "a" {
  patch_level = "1"
}
component "nokind" "b" {
  patch_level = "1"
}
module "m" {
  source = "./m"
}
