package org.pinion.core.plugin;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
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
import org.pinion.api.FlatView;
import org.pinion.api.FlatViewChange;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.Route;
import org.pinion.api.Section;
import org.pinion.api.SpaceOptions;
import org.pinion.api.runtime.PluginInfo;
import org.pinion.backend.iommufd.IommufdBackend;
import org.pinion.backend.vfio.VfioBackend;
import org.pinion.core.space.Space;
import org.pinion.core.space.SpaceEnvironment;
import org.pinion.emulator.EmulatedKernel;
import org.pinion.emulator.host.DeviceModel;
import org.pinion.emulator.host.Host;
import org.pinion.emulator.host.HostDevice;
import org.pinion.emulator.host.IommuGeometry;
import org.pinion.emulator.host.IovaRange;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Kernel;
import org.pinion.linux.Mman;
import org.pinion.memory.section.SectionClassifier;
import org.pinion.policy.strict.StrictPolicy;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.IommuBackend;

/**
 * How long a commit that maps a page takes, and the one that unmaps it, on the emulated kernel with a device attached:
 * the whole stack but the kernel's own work. Beside it the backend's share alone.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class CommitBenchmark {

    private static final String EDU = "0000:00:10.0";
    private static final String SECOND_EDU = "0000:00:11.0";
    private static final long PAGE = 4096;
    private static final long BASE = 1L << 32;
    private static final int SLOTS = 64;

    @Param({"iommufd", "vfio"})
    String backend;

    /** Sections that stay mapped throughout. */
    @Param({"0", "100"})
    int kept;

    private final Guard guard = new Guard(() -> Duration.ofSeconds(5));
    private Space space;
    private BackendSession session;
    private final List<Section> shown = new ArrayList<>();
    private final List<Mapping> mappings = new ArrayList<>();
    private int next;

    @Setup
    public void prepare() throws IommuException, ErrnoException {
        Kernel kernel = EmulatedKernel.of(new Host(
                "bench", OptionalLong.empty(), true, true, List.of(edu(EDU, 10), edu(SECOND_EDU, 11))));
        int fd = kernel.memfdCreate("bench", Mman.MFD_CLOEXEC);
        long length = (kept + SLOTS) * PAGE;
        kernel.ftruncate(fd, length);
        MemorySegment memory = kernel.mmap(length, Mman.PROT_READ | Mman.PROT_WRITE, Mman.MAP_SHARED, fd, 0);
        Backing.MemoryFile file = new Backing.MemoryFile(fd, 0, memory.address());
        makeSections(file);
        IommuBackend service = backend.equals("vfio") ? new VfioBackend(kernel) : new IommufdBackend(kernel);
        session = service.open("alone");
        session.preflight(SECOND_EDU);
        session.attach(SECOND_EDU);
        space = new Space(new SpaceOptions("bench", backend, List.of("strict")), service.open("bench"),
                new SpaceEnvironment(new PluginPlanMaker(registry(), guard), (_, _) -> {},
                        () -> Duration.ofSeconds(5), _ -> {}));
        space.attach(EDU);
        space.commit(FlatView.of("memory", IntStream.range(0, kept).mapToObj(i -> page(i, file)).toList()));
    }

    private static HostDevice edu(String address, int group) {
        IommuGeometry geometry =
                new IommuGeometry(new IovaRange(0, (1L << 39) - 1), List.of(PAGE, 2L << 20, 1L << 30));
        return new HostDevice(address, DeviceModel.EDU, group, "vfio-pci", geometry, List.of(), false);
    }

    private PluginRegistry registry() {
        PluginRegistry registry = new PluginRegistry(guard, (_, _) -> {}, Runnable::run, new PluginListener() {
            @Override
            public Runnable plansMayChange(String cause) {
                return () -> {};
            }

            @Override
            public void backendLeft(Plugin plugin, boolean replaced) {}

            @Override
            public void backendGone(long id) {}

            @Override
            public void backendArrived(Plugin plugin) {}
        }, () -> Duration.ZERO);
        registry.arrived(new Plugin(PluginKind.CLASSIFIER, "section", "bench 1", 1, 0, new SectionClassifier()));
        registry.arrived(new Plugin(PluginKind.POLICY, "strict", "bench 1", 2, 0, new StrictPolicy()));
        if (registry.plugins().stream().anyMatch(plugin -> plugin.state() != PluginInfo.State.ACTIVE)) {
            throw new IllegalStateException("a plugin failed its trial: " + registry.plugins());
        }
        return registry;
    }

    private void makeSections(Backing.MemoryFile memory) {
        Route route = backend.equals("vfio") ? Route.USER : Route.FILE;
        for (int slot = 0; slot < SLOTS; slot++) {
            Section section = page(kept + slot, memory);
            shown.add(section);
            mappings.add(new Mapping(section.range(), Access.READ_WRITE, route, section.backing()));
        }
    }

    /** Every second page, so that no two mappings join. */
    private static Section page(int index, Backing.MemoryFile memory) {
        AddressRange range = AddressRange.ofSize(BASE + 2 * index * PAGE, PAGE);
        return Section.ram(range, memory.advance(index * PAGE), "page");
    }

    @TearDown
    public void close() throws IommuException {
        space.close();
        session.close();
        guard.renew();
    }

    @Benchmark
    public CommitReport commits() throws IommuException {
        Section section = shown.get(next++ % SLOTS);
        space.commit(FlatViewChange.NONE.show(section));
        return space.commit(FlatViewChange.NONE.hide(section.range()));
    }

    @Benchmark
    public void session() throws IommuException {
        Mapping mapping = mappings.get(next++ % SLOTS);
        session.map(mapping);
        session.unmap(mapping);
    }
}
