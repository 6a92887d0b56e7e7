variable "own" {
  sensitive = true
  from_file = "${path.module}/gone.txt"
}
