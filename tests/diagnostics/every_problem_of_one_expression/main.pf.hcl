# A reference that means nothing hides no other one, and no function that does not exist.
component "release" "api" {
  path        = "${var.a1}/${local.b1}/${uper(lowr("x"))}/${release.db.path}/${each.key}"
  patch_level = try(versoin(), "1")
}

output "good" {
  value = core::upper(can(1) ? "a" : "b")
}

output "one_letter" {
  value = { a = 1 }.b
}
