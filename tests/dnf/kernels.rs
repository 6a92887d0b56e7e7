//! Kernels, which stay beside their other versions. In a container the machine's own one runs: a program `uname` says which one
//! a boot loader would have started, the newest of `/boot`.

use super::*;

/// A host that runs the kernel 5.1, with a package of another sort.
fn with_kernel() -> Option<Debian> {
    let host = booted()?;
    install(&host, "pf-base pf-app-1.0 kernel-5.1");
    host.says(
        "cat >/usr/local/sbin/uname <<'END'
#!/bin/sh
[ \"$*\" = -r ] && exec cat /run/kernel
exec /bin/uname \"$@\"
END
chmod 755 /usr/local/sbin/uname
cat >/etc/systemd/system/boots.service <<'END'
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'ls /boot/vmlinuz-* | sort -V | tail -n 1 | sed s,.*vmlinuz-,, >/run/kernel'
[Install]
WantedBy=sysinit.target
END
systemctl enable -q boots; systemctl start boots",
    );
    Some(host)
}

const REBOOTS: &str = "reboot = \"when_needed\"";

fn kernels(host: &Debian) -> String {
    host.says("rpm -q kernel kernel-core | sort | tr '\\n' ' '").trim().to_string()
}

fn runs(host: &Debian) -> String {
    host.says("/usr/local/sbin/uname -r").trim().to_string()
}

#[test]
fn a_kernel_comes_beside_the_old_one_and_goes_again() {
    let Some(host) = with_kernel() else { return };
    let (before, boot) = (manifest(&host), host.boot_id());
    let lab = component(&host, "kernel = \"5.2-1\"", "");
    lab.patchform("plan").says("Blocked").says("kernel is a kernel, which only a reboot");
    lab.write("main.pf.hcl", text(&host, "kernel = \"5.2-1\"", REBOOTS));
    let plan = flat(&lab.patchform("plan").exits(0).out);
    assert!(plan.contains("kernel-core") && !plan.contains("taken away"), "{plan}");
    let run = run_of(&lab.patchform("apply --auto-approve").exits(0).out);
    assert_ne!(host.boot_id(), boot);
    assert_eq!(
        kernels(&host),
        "kernel-5.1-1.x86_64 kernel-5.2-1.x86_64 kernel-core-5.1-1.x86_64 kernel-core-5.2-1.x86_64"
    );
    assert_eq!(runs(&host), "5.2-1.x86_64");
    lab.patchform("plan --detailed-exitcode").exits(0).says("No changes");
    lab.patchform(&format!("rollback {run} --auto-approve")).exits(0);
    assert_eq!((manifest(&host), runs(&host)), (before.clone(), "5.1-1.x86_64".to_string()));

    // One that fails while it is installed goes at once.
    lab.write("main.pf.hcl", text(&host, "kernel = \"5.4-1\"", REBOOTS));
    let said = flat(&lab.patchform("apply --auto-approve").exits(3).out);
    assert!(said.contains("no room in /boot"), "{said}");
    as_before(&host, &before);

    // Lower by the configuration: what is newer goes, with what was built with it.
    lab.write("main.pf.hcl", text(&host, "kernel = \"5.3-1\"", REBOOTS));
    lab.patchform("apply --auto-approve").exits(0);
    let down = format!("{REBOOTS}\n  lifecycle {{\n    allow_downgrade = true\n  }}");
    lab.write("main.pf.hcl", text(&host, "kernel = \"5.1-1\"", &down));
    lab.patchform("apply --auto-approve").exits(0);
    assert_eq!((manifest(&host), runs(&host)), (before, "5.1-1.x86_64".to_string()));
}

/// Of so many kernels as the host keeps the oldest goes, and comes back from the snapshot.
#[test]
fn the_oldest_kernel_goes_and_comes_back() {
    let Some(host) = with_kernel() else { return };
    install(&host, "kernel-5.2");
    host.says("printf '[main]\\ninstallonly_limit=2\\n' >/etc/dnf/dnf.conf; systemctl restart boots");
    let before = manifest(&host);
    let lab = component(&host, "kernel = \"5.3-1\"", REBOOTS);
    let plan = flat(&lab.patchform("plan").exits(0).out);
    assert!(plan.contains("kernel-core-5.1-1"), "{plan}");
    let run = run_of(&lab.patchform("apply --auto-approve").exits(0).out);
    assert_eq!(
        kernels(&host),
        "kernel-5.2-1.x86_64 kernel-5.3-1.x86_64 kernel-core-5.2-1.x86_64 kernel-core-5.3-1.x86_64"
    );
    rpms::drops(&host.repository, "kernel-core-5.1-1.x86_64.rpm");
    host.says("rm -rf /var/cache/patchform/dnf/.fresh /var/cache/patchform/dnf/rpms /var/cache/dnf");
    lab.patchform(&format!("rollback {run} --auto-approve")).exits(0);
    as_before(&host, &before);
    assert_eq!(runs(&host), "5.2-1.x86_64");
}
