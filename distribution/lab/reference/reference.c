// What the kernel alone takes: maps and unmaps memory through iommufd or a VFIO container, in rounds.
//
//   reference MEMORY BYTES iommufd [CDEV]
//   reference MEMORY BYTES vfio GROUP DEVICE
//
// MEMORY is a file that is mapped shared. Each line "round user|file IOVA SIZE STRIDE CHUNKS SLOTS PAIRS" (numbers in
// hexadecimal) on the standard input is a round: everything is opened, PAIRS times CHUNKS pieces of SIZE bytes are
// mapped, STRIDE apart, and unmapped, and everything is closed; the answer is a line with the nanoseconds between the
// opening and the closing. Each pair takes the next of SLOTS places. "nothing CALLS" is answered with the nanoseconds
// of as many ioctls that do nothing.
//
// The structures are those of include/uapi/linux/iommufd.h and vfio.h, written out, since C libraries of today come
// with headers that lack the newer ones.
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define IO(number) (0x3b00 | (number))

struct ioas_alloc { uint32_t size, flags, ioas; };
struct ioas_map { uint32_t size, flags, ioas, reserved; uint64_t address, length, iova; };
struct ioas_map_file { uint32_t size, flags, ioas; int32_t fd; uint64_t start, length, iova; };
struct ioas_unmap { uint32_t size, ioas; uint64_t iova, length; };
struct bind { uint32_t size, flags; int32_t iommufd; uint32_t device; uint64_t token; };
struct attach { uint32_t size, flags, ioas; };
struct type1_map { uint32_t size, flags; uint64_t address, iova, length; };
struct type1_unmap { uint32_t size, flags; uint64_t iova, length; };

enum { FIXED_WRITEABLE_READABLE = 7, READ_WRITE = 3, TYPE1V2 = 3 };

static const char *group;
static const char *device;
static int vfio;
static int memory;
static char *address;

static int container;
static int group_file;
static int device_file;
static uint32_t ioas;

static int check(const char *call, int answer)
{
    if (answer < 0) {
        printf("error: %s: %s\n", call, strerror(errno));
        exit(1);
    }
    return answer;
}

static void open_iommufd(void)
{
    container = check("open /dev/iommu", open("/dev/iommu", O_RDWR | O_CLOEXEC));
    struct ioas_alloc alloc = { sizeof alloc };
    check("IOMMU_IOAS_ALLOC", ioctl(container, IO(0x81), &alloc));
    ioas = alloc.ioas;
    if (device) {
        device_file = check(device, open(device, O_RDWR | O_CLOEXEC));
        struct bind bind = { sizeof bind, 0, container };
        check("VFIO_DEVICE_BIND_IOMMUFD", ioctl(device_file, IO(0x76), &bind));
        struct attach attach = { sizeof attach, 0, ioas };
        check("VFIO_DEVICE_ATTACH_IOMMUFD_PT", ioctl(device_file, IO(0x77), &attach));
    }
}

static void open_container(void)
{
    container = check("open /dev/vfio/vfio", open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC));
    group_file = check(group, open(group, O_RDWR | O_CLOEXEC));
    check("VFIO_GROUP_SET_CONTAINER", ioctl(group_file, IO(0x68), &container));
    check("VFIO_SET_IOMMU", ioctl(container, IO(0x66), TYPE1V2));
    device_file = check("VFIO_GROUP_GET_DEVICE_FD", ioctl(group_file, IO(0x6a), device));
}

static void close_all(void)
{
    if (device)
        close(device_file);
    if (group)
        close(group_file);
    close(container);
}

static void map(int by_file, uint64_t iova, uint64_t offset, uint64_t size)
{
    if (vfio) {
        struct type1_map map = { sizeof map, READ_WRITE, (uintptr_t)(address + offset), iova, size };
        check("VFIO_IOMMU_MAP_DMA", ioctl(container, IO(0x71), &map));
    } else if (by_file) {
        struct ioas_map_file map = { sizeof map, FIXED_WRITEABLE_READABLE, ioas, memory, offset, size, iova };
        check("IOMMU_IOAS_MAP_FILE", ioctl(container, IO(0x8f), &map));
    } else {
        struct ioas_map map = {
            sizeof map, FIXED_WRITEABLE_READABLE, ioas, 0, (uintptr_t)(address + offset), size, iova };
        check("IOMMU_IOAS_MAP", ioctl(container, IO(0x85), &map));
    }
}

static void unmap(uint64_t iova, uint64_t size)
{
    if (vfio) {
        struct type1_unmap unmap = { sizeof unmap, 0, iova, size };
        check("VFIO_IOMMU_UNMAP_DMA", ioctl(container, IO(0x72), &unmap));
    } else {
        struct ioas_unmap unmap = { sizeof unmap, ioas, iova, size };
        check("IOMMU_IOAS_UNMAP", ioctl(container, IO(0x86), &unmap));
    }
}

static uint64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000ull + time.tv_nsec;
}

struct round { char route[8]; unsigned long long iova, size, stride, chunks, slots, pairs; };

static uint64_t run(const struct round *round, uint64_t pairs)
{
    int by_file = !strcmp(round->route, "file");
    uint64_t start = now();
    for (uint64_t pair = 0; pair < pairs; pair++) {
        uint64_t first = pair % round->slots;
        for (uint64_t chunk = first; chunk < first + round->chunks; chunk++)
            map(by_file, round->iova + chunk * round->stride, chunk * round->size, round->size);
        for (uint64_t chunk = first; chunk < first + round->chunks; chunk++)
            unmap(round->iova + chunk * round->stride, round->size);
    }
    return now() - start;
}

static uint64_t nothing(uint64_t calls)
{
    int file = check("open /dev/vfio/vfio", open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC));
    uint64_t start = now();
    for (uint64_t call = 0; call < calls; call++)
        check("VFIO_GET_API_VERSION", ioctl(file, IO(0x64), 0));
    uint64_t taken = now() - start;
    close(file);
    return taken;
}

int main(int count, char **words)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (count < 4 || count > 6 || (count == 6) != !strcmp(words[3], "vfio")) {
        printf("error: usage: reference MEMORY BYTES iommufd [CDEV] | reference MEMORY BYTES vfio GROUP DEVICE\n");
        return 2;
    }
    vfio = !strcmp(words[3], "vfio");
    group = vfio ? words[4] : NULL;
    device = count > 4 ? words[count - 1] : NULL;
    memory = check(words[1], open(words[1], O_RDWR | O_CLOEXEC));
    address = mmap(NULL, strtoull(words[2], NULL, 0), PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
    check("mmap", address == MAP_FAILED ? -1 : 0);
    char line[200];
    while (fgets(line, sizeof line, stdin)) {
        struct round round;
        unsigned long long calls;
        uint64_t taken;
        if (sscanf(line, "nothing %llx", &calls) == 1) {
            taken = nothing(calls);
        } else if (sscanf(line, "round %7s %llx %llx %llx %llx %llx %llx", round.route, &round.iova, &round.size,
                          &round.stride, &round.chunks, &round.slots, &round.pairs) == 7) {
            if (vfio)
                open_container();
            else
                open_iommufd();
            run(&round, 1);
            taken = run(&round, round.pairs);
            close_all();
        } else {
            printf("error: not a round: %s", line);
            return 2;
        }
        printf("%llu\n", (unsigned long long)taken);
    }
    return 0;
}
