# Of a block that is none of ours only references to itself are passed over.
resource "aws_instance" "web" {
  ami = "x"
}

dta "csv" "hosts" {
  file = "hosts.csv"
}

locals {
  a = aws_instance.web.id
  b = nope.x
  c = aws_instance.web_2.id
  d = aws_instance.other
  e = [data.csv.hosts.value, data.csv.host.value]
}

component "release" "api" {
  patch_level = "1"
  path        = release.none.path
  depends_on  = [aws_instance.web, aws_instance.webs]
}
