package org.pinion.laws;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.FlatView;
import org.pinion.api.Section;
import org.pinion.api.SectionFacts;
import org.pinion.api.SectionKind;
import org.pinion.emulator.EmulatedKernel;
import org.pinion.emulator.host.DeviceModel;
import org.pinion.emulator.host.Host;
import org.pinion.emulator.host.HostDevice;
import org.pinion.emulator.host.IommuGeometry;
import org.pinion.emulator.host.IovaRange;
import org.pinion.emulator.host.ReservedRegion;
import org.pinion.emulator.host.ReservedType;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Mman;

/**
 * A generated machine with a generated guest: devices of every kind, and sections of every kind that lie near what the
 * devices reserve, at the ends of apertures, and at the end of all addresses.
 *
 * @param tap the machine's kernel
 * @param devices the devices' addresses
 * @param sections sections that do not overlap
 * @param reservedEdge whether a device reserves where an aperture begins or ends
 */
record World(Tap tap, List<String> devices, List<Section> sections, boolean reservedEdge) {

    private static final long PAGE = 4096;
    private static final long MEMORY = 64L << 20;

    /** Where sections and reserved regions crowd: each zone has 512 pages. */
    private static final long[] ZONES = {
        0, 0xfee00000L - 256 * PAGE, 0x80_0000_0000L - 256 * PAGE, Long.MIN_VALUE - 256 * PAGE, -512 * PAGE
    };

    private static final int ZONE_PAGES = 512;

    /**
     * @param seed the same seed gives the same world
     * @param sections how many sections at most
     * @param devices how many devices at most, each one at least is there
     */
    static World of(long seed, int sections, int devices) {
        return of(seed, sections, devices, OptionalLong.empty());
    }

    /**
     * @param memlock bytes that may be pinned, empty for all
     */
    static World of(long seed, int sections, int devices, OptionalLong memlock) {
        return of(seed, sections, devices, memlock, false);
    }

    /** {@return a world in which RAM lies where devices cannot reach it} */
    static World inConflict(long seed, int sections, int devices) {
        return inConflict(seed, sections, devices, OptionalLong.empty());
    }

    /** {@return the same with a limit on what may be pinned} */
    static World inConflict(long seed, int sections, int devices, OptionalLong memlock) {
        return of(seed, sections, devices, memlock, true);
    }

    private static World of(long seed, int sections, int devices, OptionalLong memlock, boolean conflicts) {
        Random random = new Random(seed);
        List<HostDevice> hosts = devices(random, devices);
        Host host = new Host("law " + seed, memlock, memlock.isEmpty(), true, hosts);
        Tap tap = new Tap(EmulatedKernel.of(host));
        List<Section> guest = new Guest(random, tap, conflicts).sections(sections);
        boolean reservedEdge = hosts.stream()
                .map(device -> device.iommu().aperture())
                .anyMatch(aperture -> reserves(hosts, aperture.start()) || reserves(hosts, aperture.last()));
        return new World(tap, hosts.stream().map(HostDevice::address).toList(), guest, reservedEdge);
    }

    private static boolean reserves(List<HostDevice> hosts, long address) {
        return hosts.stream()
                .flatMap(device -> device.reserved().stream())
                .anyMatch(region -> region.range().touches(address, address));
    }

    static FlatView view(Collection<Section> sections) {
        return FlatView.of("guest", sections);
    }

    private static List<HostDevice> devices(Random random, int most) {
        List<HostDevice> devices = new ArrayList<>();
        Map<Integer, IommuGeometry> groups = new HashMap<>();
        int count = 1 + random.nextInt(most);
        for (int i = 0; i < count; i++) {
            if (random.nextInt(5) == 0) {
                devices.add(new HostDevice("83b8f4f2-509f-382f-3c1e-e6bfe0fa100" + i, DeviceModel.MTTY, 100 + i, "mtty",
                        geometry(random), List.of(), false));
            } else {
                int group = random.nextInt(3) == 0 ? random.nextInt(2) : 10 + i;
                IommuGeometry geometry = groups.computeIfAbsent(group, _ -> geometry(random));
                boolean unsafe = random.nextInt(40) == 0;
                devices.add(new HostDevice("0000:00:1%d.0".formatted(i), model(random), group,
                        random.nextInt(40) == 0 ? "e1000e" : "vfio-pci", geometry, reserved(random), unsafe));
            }
        }
        return devices;
    }

    private static DeviceModel model(Random random) {
        return random.nextBoolean() ? DeviceModel.EDU : DeviceModel.IVSHMEM;
    }

    private static IommuGeometry geometry(Random random) {
        IovaRange aperture = switch (random.nextInt(8)) {
            case 0 -> new IovaRange(0, -1L);
            case 1 -> new IovaRange(0, 0xffff_ffffL);
            case 2 -> new IovaRange(16 * PAGE, (1L << 48) - 1);
            case 3 -> new IovaRange(0, (1L << 39) + 8 * PAGE - 1);
            default -> new IovaRange(0, (1L << 39) - 1);
        };
        List<Long> pages = switch (random.nextInt(12)) {
            case 0 -> List.of(512L, PAGE);
            case 1 -> List.of(PAGE);
            case 2 -> random.nextInt(4) == 0 ? large(random) : List.of(1024L, PAGE);
            default -> List.of(PAGE, 2L << 20, 1L << 30);
        };
        return new IommuGeometry(aperture, pages);
    }

    /** Pages larger than the host's: beside another IOMMU's, there are few in common, or none. */
    private static List<Long> large(Random random) {
        return random.nextBoolean() ? List.of(1L << 16) : List.of(1L << 14, 1L << 16, 2L << 20);
    }

    private static List<ReservedRegion> reserved(Random random) {
        List<ReservedRegion> regions = new ArrayList<>();
        if (random.nextInt(4) != 0) {
            regions.add(new ReservedRegion(new IovaRange(0xfee00000L, 0xfeefffffL), ReservedType.MSI));
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            long start = ZONES[random.nextInt(ZONES.length)] + random.nextInt(ZONE_PAGES) * PAGE;
            long last = start + (1 + random.nextInt(6)) * PAGE - 1;
            if (random.nextInt(8) == 0) {
                last -= random.nextInt(3000);
            }
            if (Long.compareUnsigned(last, start) < 0) {
                last = -1L;
            }
            IovaRange range = new IovaRange(start, last);
            if (regions.stream().noneMatch(other -> other.range().touches(range.start(), range.last()))) {
                regions.add(new ReservedRegion(range, type(random)));
            }
        }
        return regions;
    }

    private static ReservedType type(Random random) {
        return switch (random.nextInt(12)) {
            case 0 -> ReservedType.DIRECT_RELAXABLE;
            case 1 -> random.nextInt(4) == 0 ? ReservedType.DIRECT : ReservedType.RESERVED;
            case 2 -> ReservedType.MSI;
            default -> ReservedType.RESERVED;
        };
    }

    /** Makes sections over one memory file. */
    private static final class Guest {

        private final Random random;
        private final int fd;
        private final long address;
        /** RAM that a device cannot reach is refused: most guests have it where no device reserves anything. */
        private final boolean ramAnywhere;

        Guest(Random random, Tap tap, boolean conflicts) {
            this.random = random;
            this.ramAnywhere = random.nextInt(5) == 0 || conflicts;
            this.fd = tap.behind().memfdCreate("guest", Mman.MFD_CLOEXEC);
            tap.behind().ftruncate(fd, MEMORY);
            try {
                this.address = tap.behind()
                        .mmap(MEMORY, Mman.PROT_READ | Mman.PROT_WRITE, Mman.MAP_SHARED, fd, 0)
                        .address();
            } catch (ErrnoException full) {
                throw new AssertionError(full);
            }
        }

        List<Section> sections(int most) {
            List<Section> sections = new ArrayList<>();
            int count = 1 + random.nextInt(most);
            for (int i = 0; i < 3 * count && sections.size() < count; i++) {
                Section next = section(i);
                if (sections.stream().noneMatch(other -> other.range().overlaps(next.range()))) {
                    sections.add(next);
                }
            }
            return sections;
        }

        private Section section(int number) {
            SectionKind kind = kind();
            AddressRange range = range(kind == SectionKind.RAM && !ramAnywhere);
            boolean readOnly = kind == SectionKind.ROM || random.nextInt(6) == 0;
            return new Section(range, kind, backing(kind, range), readOnly ? Access.READ : Access.READ_WRITE,
                    kind.symbol() + number, "", facts());
        }

        private SectionKind kind() {
            return switch (random.nextInt(10)) {
                case 0 -> SectionKind.MMIO;
                case 1 -> SectionKind.ROMD;
                case 2 -> random.nextBoolean() ? SectionKind.IOMMU : SectionKind.RAM_DEVICE;
                case 3, 4, 5 -> SectionKind.ROM;
                default -> SectionKind.RAM;
            };
        }

        private AddressRange range(boolean safe) {
            long zone = safe ? 16L << 20 : ZONES[random.nextInt(ZONES.length)];
            long start = zone + random.nextInt(ZONE_PAGES - 40) * PAGE;
            long last = start + (1 + random.nextInt(40)) * PAGE - 1;
            if (random.nextInt(4) == 0) {
                start += random.nextInt((int) PAGE);
            }
            if (random.nextInt(4) == 0) {
                last -= random.nextInt(2000);
            }
            if (zone == ZONES[ZONES.length - 1] && random.nextInt(4) == 0) {
                last = -1L;
            }
            return new AddressRange(start, Long.compareUnsigned(last, start) < 0 ? start : last);
        }

        private Backing backing(SectionKind kind, AddressRange range) {
            if (kind == SectionKind.RAM_DEVICE) {
                return new Backing.DeviceBar("0000:00:10.0", 2, range.start() & (PAGE - 1));
            }
            if (kind != SectionKind.RAM && kind != SectionKind.ROM) {
                return Backing.NONE;
            }
            // Sections that follow one another in the guest often do in memory too, so that mappings join.
            long offset = range.start() & (16L << 20) - 1;
            if (random.nextInt(3) == 0) {
                offset = random.nextInt(1024) * PAGE + (range.start() & (PAGE - 1));
            }
            if (random.nextInt(12) == 0) {
                offset += 8;
            }
            return random.nextInt(3) == 0
                    ? new Backing.UserMemory(address + offset)
                    : new Backing.MemoryFile(fd, offset, random.nextBoolean() ? address + offset : 0);
        }

        private Map<String, String> facts() {
            return switch (random.nextInt(20)) {
                case 0 -> Map.of(SectionFacts.PROTECTED, "true");
                case 1 -> Map.of(SectionFacts.TRANSLATED_BY, "vtd-01.0");
                case 2 -> Map.of(SectionFacts.NONVOLATILE, "true");
                default -> Map.of();
            };
        }
    }
}
