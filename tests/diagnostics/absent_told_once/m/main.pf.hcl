output "a" {
  value = module.f.x
}
