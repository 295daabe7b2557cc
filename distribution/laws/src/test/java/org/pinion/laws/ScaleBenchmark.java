package org.pinion.laws;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.CommitReport;
import org.pinion.api.Explanation;
import org.pinion.api.FlatView;
import org.pinion.api.FlatViewChange;
import org.pinion.api.Forecast;
import org.pinion.api.IommuException;
import org.pinion.api.Section;
import org.pinion.api.SectionKind;
import org.pinion.api.guest.Notification;
import org.pinion.api.guest.Translations;
import org.pinion.core.space.Space;
import org.pinion.emulator.EmulatedKernel;
import org.pinion.emulator.host.DeviceModel;
import org.pinion.emulator.host.Host;
import org.pinion.emulator.host.HostDevice;
import org.pinion.emulator.host.IommuGeometry;
import org.pinion.emulator.host.IovaRange;
import org.pinion.emulator.host.ReservedRegion;
import org.pinion.emulator.host.ReservedType;
import org.pinion.linux.Kernel;
import org.pinion.linux.Mman;

/**
 * What a change costs in a space that 64 devices share, by how much the space shows: it must not matter. Every section
 * is a mapping of its own; the device that is plugged reserves what three sections show.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 1, jvmArgsAppend = {"-Xms10g", "-Xmx10g", "-XX:+UseParallelGC"})
@Warmup(iterations = 4, time = 3)
@Measurement(iterations = 5, time = 3)
public class ScaleBenchmark {

    private static final long PAGE = 4096;
    private static final long FILE_PAGES = 16384;
    private static final int DEVICES = 64;
    private static final String PLUG = address(DEVICES);

    private static final Section WINDOW = new Section(
            AddressRange.ofSize(1L << 46, 1L << 32),
            SectionKind.IOMMU,
            Backing.NONE,
            Access.READ_WRITE,
            "intel_iommu",
            "",
            Map.of());

    @Param({"1000", "1000000"})
    int sections;

    @Param({"iommufd"})
    String backend;

    private Space space;
    private Translations translations;
    private int fd;
    private long turn;

    private static String address(int index) {
        return "0000:%02x:00.0".formatted(index + 1);
    }

    private static HostDevice device(int index, List<ReservedRegion> reserved) {
        IommuGeometry geometry =
                new IommuGeometry(new IovaRange(0, (1L << 48) - 1), List.of(PAGE, 2L << 20, 1L << 30));
        return new HostDevice(address(index), DeviceModel.EDU, index, "vfio-pci", geometry, reserved, false);
    }

    /** The sections lie below the usual window of interrupts' addresses or far above it. */
    private static long iova(long index) {
        return (1L << 32) + 2 * PAGE * index;
    }

    @Setup
    public void fill() throws IommuException {
        List<ReservedRegion> usual =
                List.of(new ReservedRegion(new IovaRange(0xfee00000L, 0xfeefffffL), ReservedType.MSI));
        List<HostDevice> devices = new ArrayList<>();
        for (int i = 0; i < DEVICES; i++) {
            devices.add(device(i, usual));
        }
        devices.add(device(DEVICES, List.of(
                new ReservedRegion(new IovaRange(iova(500), iova(503) - 1), ReservedType.RESERVED))));
        Kernel kernel = EmulatedKernel.of(new Host("scale", OptionalLong.empty(), true, true, devices));
        fd = kernel.memfdCreate("guest", Mman.MFD_CLOEXEC);
        kernel.ftruncate(fd, FILE_PAGES * PAGE);
        space = Stack.open(kernel, backend, List.of("qemu", "strict"));
        for (int i = 0; i < DEVICES; i++) {
            space.attach(address(i));
        }
        List<Section> all = new ArrayList<>();
        for (long i = 0; i < sections; i++) {
            all.add(section(i, i));
        }
        all.add(WINDOW);
        space.commit(FlatView.of("guest", all));
        FlatView guest = FlatView.of("memory", List.of(
                Section.ram(AddressRange.ofSize(0, FILE_PAGES * PAGE), new Backing.MemoryFile(fd, 0, 0), "ram")));
        translations = new Translations(space, WINDOW, () -> guest);
    }

    private Section section(long index, long filePage) {
        Backing file = new Backing.MemoryFile(fd, filePage % FILE_PAGES * PAGE, 0);
        return new Section(AddressRange.ofSize(iova(index), PAGE), SectionKind.ROM, file, Access.READ, "rom", "",
                Map.of());
    }

    @TearDown
    public void close() throws IommuException {
        space.close();
    }

    /** One section gets other bytes: one unmap, one map. */
    @Benchmark
    public CommitReport changeOfOneSection() throws IommuException {
        turn++;
        long index = Math.floorMod(turn * 0x9e3779b97f4a7c15L, sections);
        return space.commit(FlatViewChange.NONE.replace(section(index, index + turn)));
    }

    /** A device comes that keeps three sections out, and goes again. */
    @Benchmark
    public CommitReport attachAndDetach() throws IommuException {
        space.attach(PLUG);
        return space.detach(PLUG);
    }

    @Benchmark
    public Forecast forecast() throws IommuException {
        return space.forecast(space.snapshot().plan().view(), List.of(), PLUG);
    }

    @Benchmark
    public Explanation why() {
        turn++;
        return space.why(iova(Math.floorMod(turn * 0x9e3779b97f4a7c15L, sections)));
    }

    /** The guest's IOMMU maps 32 pages here and there in one batch, and unmaps them in another. */
    @Benchmark
    public CommitReport batchesOfTranslations() throws IommuException {
        List<Notification> maps = new ArrayList<>();
        List<Notification> unmaps = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            long page = Math.floorMod(++turn * 0x9e3779b97f4a7c15L, FILE_PAGES);
            AddressRange iova = AddressRange.ofSize(WINDOW.range().start() + page * PAGE, PAGE);
            maps.add(Notification.map(iova, (page ^ 1) * PAGE, Access.READ_WRITE));
            unmaps.add(Notification.unmap(iova));
        }
        translations.apply(maps);
        return translations.apply(unmaps);
    }
}
