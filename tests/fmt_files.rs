//! `patchform fmt` on files, folders and standard input, through the binary.

mod lab;

use lab::{Lab, Ran};
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::process::{Command, Stdio};

const DAMAGED: &str = "a=1 # one\nbbb   =   2\n";
const IN_STYLE: &str = "a   = 1 # one\nbbb = 2\n";

fn with_input(lab: &Lab, line: &str, input: &[u8]) -> Ran {
    fed(lab.patchform_command(line), input)
}

fn fed(mut command: Command, input: &[u8]) -> Ran {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("patchform starts");
    child.stdin.take().expect("a pipe").write_all(input).expect("it reads");
    Ran::of(child.wait_with_output().expect("it ends"))
}

fn has_terraform() -> bool {
    Command::new("terraform").arg("version").output().is_ok_and(|done| done.status.success())
}

fn theirs(lab: &Lab, input: &str) -> String {
    let mut command = Command::new("terraform");
    command.args(["fmt", "-"]).current_dir(lab.path("."));
    fed(command, input.as_bytes()).out
}

#[test]
fn files_that_change_are_named_and_written_once() {
    let lab = Lab::new(DAMAGED);
    lab.write("a.pfvars", DAMAGED);
    lab.write("good.pf.hcl", IN_STYLE);
    lab.write("other.pf.json", "{ }");
    lab.write("other.tf", DAMAGED);
    lab.write(".hidden.pf.hcl", DAMAGED);
    lab.write("below/x.pf.hcl", DAMAGED);
    lab.write("below/deeper/y.pf.hcl", DAMAGED);
    let inode = |name: &str| fs::metadata(lab.path(name)).expect("a file").ino();
    let good = inode("good.pf.hcl");
    assert_eq!(lab.patchform("fmt").exits(0).out, "a.pfvars\nmain.pf.hcl\n");
    assert_eq!(lab.patchform("fmt").exits(0).out, "");
    assert_eq!((lab.read("main.pf.hcl"), lab.read("a.pfvars")), (IN_STYLE.into(), IN_STYLE.into()));
    assert_eq!((lab.read("other.tf"), lab.read(".hidden.pf.hcl")), (DAMAGED.into(), DAMAGED.into()));
    assert_eq!(inode("good.pf.hcl"), good, "nothing is written where nothing changes");
    assert_eq!(lab.read("below/x.pf.hcl"), DAMAGED);
    let below = "below/x.pf.hcl\nbelow/deeper/y.pf.hcl\n";
    assert_eq!(lab.patchform("fmt --recursive").exits(0).out, below);
    assert_eq!(lab.patchform("fmt -check -recursive").exits(0).out, "");
}

#[test]
fn check_and_diff_change_nothing() {
    let lab = Lab::new(DAMAGED);
    // Values of what is not declared might be secrets.
    lab.write("names.pf.hcl", "variable \"a\" {}\n\nvariable \"bbb\" {}\n");
    assert_eq!(lab.patchform("fmt --check").exits(2).out, "main.pf.hcl\n");
    assert_eq!(lab.patchform("fmt --write=false").exits(0).out, "main.pf.hcl\n");
    let diff = "main.pf.hcl\n--- old/main.pf.hcl\n+++ new/main.pf.hcl\n@@ -1,2 +1,2 @@\n-a=1 # one\n-bbb   =   2\n\
                +a   = 1 # one\n+bbb = 2\n";
    assert_eq!(lab.patchform("fmt --check --diff").exits(2).out, diff);
    assert_eq!(lab.patchform("fmt --diff --write=false main.pf.hcl").exits(0).out, diff);
    assert_eq!(lab.read("main.pf.hcl"), DAMAGED);
    assert_eq!(lab.patchform("fmt --diff .").exits(0).out, diff);
    assert_eq!(lab.read("main.pf.hcl"), IN_STYLE);
}

#[test]
fn standard_input_becomes_standard_output() {
    let lab = Lab::empty();
    assert_eq!(with_input(&lab, "fmt -", DAMAGED.as_bytes()).exits(0).out, IN_STYLE);
    assert_eq!(with_input(&lab, "fmt -", IN_STYLE.as_bytes()).exits(0).out, IN_STYLE);
    assert_eq!(with_input(&lab, "fmt --check -", DAMAGED.as_bytes()).exits(2).out, "");
    assert_eq!(with_input(&lab, "fmt --check -", IN_STYLE.as_bytes()).exits(0).out, "");
    let diff = with_input(&lab, "fmt --diff -", DAMAGED.as_bytes()).exits(0).out;
    assert!(diff.starts_with("--- old/<stdin>\n"), "{diff}");
    let wrong = with_input(&lab, "fmt -", b"a = [\n").exits(1).says("<stdin>:1:5");
    assert_eq!(wrong.out, "");
    with_input(&lab, "fmt - x.pf.hcl", b"").exits(1).says("stands alone");
}

#[test]
fn what_is_printed_of_standard_input_ends_its_last_line_as_terraform_does() {
    let lab = Lab::empty();
    for (input, printed) in
        [("", "\n"), ("\n", "\n"), ("  ", "  \n"), ("a=1", "a = 1\n"), ("a = 1", "a = 1\n"), ("# c", "# c\n")]
    {
        assert_eq!(with_input(&lab, "fmt -", input.as_bytes()).exits(0).out, printed, "{input:?}");
        if has_terraform() {
            assert_eq!(theirs(&lab, input), printed, "{input:?}");
        }
    }
    assert_eq!(with_input(&lab, "fmt --diff -", b"a = 1").exits(0).out, "", "its style is right");
}

#[test]
fn a_syntax_error_is_shown_and_the_other_files_are_formatted() {
    let lab = Lab::empty();
    let wrong = "a=1\nb   = [1,\nc = }\n";
    lab.write("a.pf.hcl", wrong);
    lab.write("b.pf.hcl", DAMAGED);
    lab.write("c.pfvars", b"x = \"caf\xe9\"\n");
    let ran = lab.patchform("fmt").exits(1).says("a.pf.hcl:").says("a.pf.hcl cannot be formatted; it stays");
    assert_eq!(ran.says("c.pfvars is not UTF-8").out, "b.pf.hcl\n");
    assert_eq!((lab.read("a.pf.hcl"), lab.read("b.pf.hcl")), (wrong.into(), IN_STYLE.into()));
    lab.patchform("fmt --check").exits(1);
}

#[test]
fn permissions_and_links_stay() {
    let lab = Lab::empty();
    lab.write("elsewhere/real.pf.hcl", DAMAGED);
    let real = lab.path("elsewhere/real.pf.hcl");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o751)).expect("permissions");
    symlink("elsewhere/real.pf.hcl", lab.path("link.pf.hcl")).expect("a link");
    symlink(".", lab.path("loop")).expect("a link");
    assert_eq!(lab.patchform("fmt --recursive").exits(0).out, "link.pf.hcl\n");
    assert!(lab.path("link.pf.hcl").is_symlink());
    assert_eq!(lab.read("elsewhere/real.pf.hcl"), IN_STYLE);
    assert_eq!(fs::metadata(&real).expect("a file").mode() & 0o7777, 0o751);
    fs::write(&real, DAMAGED).expect("a file");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o444)).expect("permissions");
    lab.patchform("fmt link.pf.hcl").exits(1).says("cannot write link.pf.hcl: it is write-protected");
    assert_eq!(lab.read("elsewhere/real.pf.hcl"), DAMAGED);
    let names: Vec<_> = fs::read_dir(lab.path("elsewhere")).expect("a folder").collect();
    assert_eq!(names.len(), 1, "nothing is left over");
}

#[test]
fn what_is_no_file_of_ours_is_refused() {
    let lab = Lab::empty();
    lab.write("x.tf", DAMAGED);
    lab.patchform("fmt x.tf").exits(1).says("x.tf cannot be formatted").says("*.pf.hcl and *.pfvars");
    lab.patchform("fmt nowhere").exits(1).says("there is no file or folder nowhere");
    lab.write("folder.pf.hcl/a.pf.hcl", DAMAGED);
    assert_eq!(lab.patchform("fmt").exits(0).out, "");
}

#[test]
fn the_examples_are_in_style() {
    let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");
    assert_eq!(Lab::empty().patchform(&format!("fmt --check --recursive {examples}")).exits(0).out, "");
}

#[test]
fn a_byte_order_mark_goes_and_line_ends_stay() {
    let lab = Lab::empty();
    lab.write("bom.pf.hcl", b"\xef\xbb\xbfa=1\r\nbb=2");
    assert_eq!(lab.patchform("fmt").exits(0).out, "bom.pf.hcl\n");
    assert_eq!(lab.read("bom.pf.hcl"), "a  = 1\r\nbb = 2");
}

#[test]
fn names_are_not_listed_where_nobody_wants_them() {
    let lab = Lab::new("locals {\na=1\n}\n");
    for line in ["fmt -list=false -write=false", "fmt --list=false"] {
        let ran = lab.patchform(line).exits(0);
        assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", ""), "{line}");
    }
    assert_eq!(lab.read("main.pf.hcl"), "locals {\n  a = 1\n}\n");
}
