module "a" {
  source = "git::https://user:S3cr3t@h.example/x.git?ref=main"
}
module "b" {
  source = "https://user:S3cr3t@h.example/x.git"
  count  = nope
}
module "c" { source = "git::ssh://git@h.example/x.git?sshkey=S3cr3t" }
