variable "a" {
  type = int
}
variable "b" {
  type = str
}
variable "c" {
  type = dict
}
variable "d" {
  type = array(string)
}
variable "e" {
  type = list
}
variable "f" {
  type = tuple
}
variable "g" {
  type = object({ a = string, a = number })
}
variable "h" {
  type = hash(string)
}
variable "i" {
  type = strin
}
variable "j" {
  type = object
}
variable "k" {
  type = set
}
