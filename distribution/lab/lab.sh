# Read by the commands beside it: finds or builds what a guest needs, and boots one.
# shellcheck shell=sh

root=$(CDPATH='' cd -- "$lab/../.." && pwd -P)
target=$lab/target
assembled=$root/distribution/runtime/target/pinion

say() { printf 'lab: %s\n' "$*" >&2; }
die() { say "$@"; exit 1; }

is_jdk_25() {
    [ -x "$1/bin/javac" ] && grep -Eq '^JAVA_VERSION="25[".]' "$1/release" 2>/dev/null
}

jdk_25() {
    for candidate in "${PINION_JAVA_HOME:-}" "${JAVA_HOME:-}" /usr/lib/jvm/*; do
        if is_jdk_25 "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    die "needs a JDK 25, and none of PINION_JAVA_HOME, JAVA_HOME and /usr/lib/jvm leads to one"
}

need() {
    command -v "$1" >/dev/null || die "needs $1: apt-get install $2"
}

# The plugins of others that tests use.
samples() {
    echo "$root"/distribution/samples/target/built/*/target/*.jar
}

# Whether a file is there and no source is newer.
fresh() {
    [ -f "$1" ] && [ -z "$(find "$root/pom.xml" "$root/bnd.bnd" "$root/cnf" "$root/bundles" "$root/distribution" \
        -name target -prune -o \( -name '*.java' -o -name pom.xml -o -name '*.bnd' -o -path '*/src/main/etc/*' \) \
        -newer "$1" -print | head -n 1)" ]
}

test_bundle() {
    echo "$target"/org.pinion.lab-*.jar
}

build() {
    # shellcheck disable=SC2046 # a word each
    if [ -d "$assembled/lib" ] && fresh "$(test_bundle)" && ls $(samples) >/dev/null 2>&1; then
        return
    fi
    need mvn maven
    mkdir -p "$target"
    say "building Pinion and the lab's tests ..."
    (cd "$root" && JAVA_HOME=$jdk mvn -B -ntp -pl distribution/runtime,distribution/samples,distribution/lab -am \
        -Dmaven.test.skip=true package) >"$target/build.log" 2>&1 || {
        tail -n 20 "$target/build.log" >&2
        die "could not be built; the whole log is $target/build.log"
    }
    touch "$(test_bundle)"
}

# The newest kernel in the cache.
cached_kernel() {
    ls "$cache"/bzImage-* 2>/dev/null | sort -V | tail -n 1
}

find_kernel() {
    cache=${XDG_CACHE_HOME:-${HOME:?}/.cache}/pinion/lab
    kernel=${kernel:-${PINION_LAB_KERNEL:-$(cached_kernel)}}
    if [ -z "$kernel" ]; then
        say "no kernel is given or cached; building one into $cache takes about 10 minutes, once"
        "$lab/kernel/build" "$cache" || die "there is no kernel to boot; name one with --kernel FILE"
        kernel=$(cached_kernel)
    fi
    [ -r "$kernel" ] || die "$kernel is not a kernel that can be read"
    name=${kernel##*/}
    name=${name#bzImage-}-$iommu
}

# Starting Java takes an emulated processor long. The command makes a cache behind the user's back; here it is waited for.
make_start_up_cache() {
    PINION_JAVA_HOME=$jdk PINION_CACHE=$target/cache "$work/pinion/bin/pinion" plugins >/dev/null
    while [ -L "$target/cache/.making" ]; do
        sleep 0.2
    done
    rm -rf "$work/pinion/cache"
    cp -R "$target/cache" "$work/pinion/cache"
}

# A file system with write-back, for tests of memory in files.
make_disk() {
    truncate -s 16M "$work/disk"
    PATH=$PATH:/usr/sbin:/sbin mkfs.ext4 -q "$work/disk"
}

# What the guest sees at /tmp/lab, and what of it the guest is to do. The distribution in it is a copy: tests put a
# bundle in, and may do worse.
fill_work() {
    work=$target/$name
    rm -rf "$work"
    mkdir -p "$work"
    cp "$lab"/guest/* "$work"
    # With their times, by which Java knows the jars that a start-up cache is for.
    cp -Rp "$assembled" "$work/pinion"
    make_start_up_cache
    cp -R "$root/distribution/captures" "$work/captures"
    make_disk
    printf 'JAVA_HOME=%s\nLAB_IOMMU=%s\nLAB_DOES=%s\nexport JAVA_HOME LAB_IOMMU\n' "$jdk" "$iommu" "$1" \
        >"$work/environment"
}

iommu_device() {
    case $iommu in
        intel) echo intel-iommu,intremap=on,caching-mode=on,device-iotlb=on ;;
        amd) echo amd-iommu,intremap=on ;;
        virtio) echo virtio-iommu-pci,addr=5 ;;
    esac
}

# The guest's root is this machine's, for reading only, so that it has the same JDK at the same path. In option values
# of QEMU a comma is written twice. A busy host is late with the timer that the kernel would check, so it does not.
guest() {
    set -- -accel tcg -machine q35,kernel-irqchip=split -cpu max -smp 2 -m 4G -no-reboot -display none -monitor none \
        -net none -device "$(iommu_device)" -kernel "$kernel" \
        -drive "file=$(printf '%s' "$work/disk" | sed 's/,/,,/g'),format=raw,if=virtio" \
        -append "console=ttyS0 root=root rootfstype=9p rootflags=trans=virtio,version=9p2000.L,msize=262144,cache=loose \
ro intel_iommu=on no_timer_check${append:+ $append} panic=-1 loglevel=${loglevel:-5} init=/bin/sh -- -c \"/bin/mount -t tmpfs tmp /tmp && \
/bin/mkdir /tmp/lab && /bin/mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144,cache=loose lab /tmp/lab && \
exec /bin/sh /tmp/lab/init\"" \
        -fsdev local,id=root,path=/,security_model=none,readonly=on,multidevs=remap \
        -device virtio-9p-pci,fsdev=root,mount_tag=root \
        -fsdev "local,id=lab,path=$(printf '%s' "$work" | sed 's/,/,,/g'),security_model=none" \
        -device virtio-9p-pci,fsdev=lab,mount_tag=lab \
        -device edu,dma_mask=0xffffffffffffffff,addr=10 -device edu,dma_mask=0xffffffffffffffff,addr=11 \
        -object memory-backend-memfd,id=bar,size=16M,share=on -device ivshmem-plain,memdev=bar,addr=12 \
        -device edu,dma_mask=0xffffffffffffffff,addr=14.0,multifunction=on -device virtio-serial-pci,addr=14.1 \
        -blockdev null-co,node-name=disk -device nvme,addr=13,serial=lab,drive=disk,cmb_size_mb=1,legacy-cmb=on \
        -device pcie-root-port,id=rp,addr=16,chassis=1,x-speed=2_5 -blockdev null-co,node-name=disk2 \
        -device nvme,bus=rp,addr=0.0,multifunction=on,serial=lab2,drive=disk2 \
        -device edu,bus=rp,addr=0.1,dma_mask=0xffffffffffffffff "$@"
    # shellcheck disable=SC2086 # words
    exec ${seconds:+timeout --foreground -k 5 $seconds} qemu-system-x86_64 "$@"
}

choose_iommu() {
    case $1 in
        intel | amd | virtio) iommu=$1 ;;
        *) die "--iommu is '$1'; there are intel, amd and virtio" ;;
    esac
}
