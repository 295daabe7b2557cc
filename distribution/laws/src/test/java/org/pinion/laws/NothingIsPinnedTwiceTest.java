package org.pinion.laws;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.CommitReport;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.Section;
import org.pinion.core.space.Space;
import org.pinion.emulator.EmulatedKernel;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Mman;
import org.pinion.source.qemu.QemuSource;

/**
 * On what real machines did: pages are pinned once for as long as their address shows the same bytes.
 *
 * <p>No way of mapping can pin fewer bytes than {@code least} here: a page must be pinned in the view where its address
 * first shows these bytes, or shows them again after it showed others, since in the view before a device must not reach
 * them there; and each page is counted no oftener than that.
 */
class NothingIsPinnedTwiceTest {

    private static final String EDU = "0000:00:10.0";
    private static final long PAGE = 4096;
    private static final long MUCH = 1L << 30;

    private final Tap tap = new Tap(EmulatedKernel.lab());
    private final Map<String, Backing> files = new HashMap<>();

    @ParameterizedTest
    @ValueSource(strings = {
        "pc-vga-high", "q35-base", "q35-p2p", "pc-hotplug-plugged", "q35-nvdimm", "q35-tpm"
    })
    void aContainerPinsTheLeastTooSinceMappingsEndWhereTheyAreCut(String name) throws IommuException {
        replay("vfio", name);
    }

    @ParameterizedTest
    @CsvSource({
        "pc-vga-high, 1.0010", "q35-base, 1.0010", "q35-p2p, 1.0020", "pc-hotplug-plugged, 1.0009",
        "q35-nvdimm, 1.0008", "q35-tpm, 1.0019"
    })
    void whatTheKernelPinsIsTheLeastThatAnybodyCould(String name, String ratio) throws IommuException {
        assertThat(String.format(Locale.ROOT, "%.4f", replay("iommufd", name))).isEqualTo(ratio);
    }

    /** Replays a trace, checks that the least was pinned, and says how much that is over what is mapped in the end. */
    private double replay(String backend, String name) throws IommuException {
        List<FlatView> views = new QemuSource().history(
                Map.of("trace", Path.of("../captures", name + ".trace").toString()));
        double ratio;
        try (Space space = Stack.open(tap.kernel(), backend, List.of("strict"))) {
            space.attach(EDU);
            tap.countPins();
            long unmapped = 0;
            for (FlatView view : views) {
                CommitReport report = space.commit(onFiles(view));
                unmapped += report.unmapped().stream().mapToLong(gone -> gone.range().size()).sum();
                assertNothingCameBack(report);
            }
            long left = space.snapshot().ledger().mappedBytes();
            assertThat(tap.newlyPinned()).isEqualTo(least(views));
            assertThat(space.snapshot().ledger().newlyPinnedBytes()).isEqualTo(tap.newlyPinned());
            assertThat(tap.newlyPinned() - unmapped).isEqualTo(left);
            ratio = (double) tap.newlyPinned() / left;
        }
        assertThat(tap.pinned()).isZero();
        return ratio;
    }

    /** What is unmapped and mapped again in one change shows other bytes then. */
    private static void assertNothingCameBack(CommitReport report) {
        for (Mapping gone : report.unmapped()) {
            for (Mapping come : report.mapped()) {
                gone.range().intersect(come.range()).ifPresent(both ->
                        assertThat(come.slice(both).backing()).isNotEqualTo(gone.slice(both).backing()));
            }
        }
    }

    private static long least(List<FlatView> views) {
        Map<Long, Backing> before = Map.of();
        long bytes = 0;
        for (FlatView view : views) {
            Map<Long, Backing> now = new HashMap<>();
            for (Section section : view.sections()) {
                if (section.backing() != Backing.NONE) {
                    pages(section, now);
                }
            }
            for (Map.Entry<Long, Backing> page : now.entrySet()) {
                bytes += page.getValue().equals(before.get(page.getKey())) ? 0 : PAGE;
            }
            before = now;
        }
        return bytes;
    }

    private static void pages(Section section, Map<Long, Backing> into) {
        AddressRange whole = section.range().trimTo(PAGE).orElseThrow();
        for (long at = whole.start(); at < whole.last(); at += PAGE) {
            into.put(at, section.backingAt(at));
        }
    }

    private FlatView onFiles(FlatView view) {
        List<Section> sections = new ArrayList<>();
        for (Section section : view.sections()) {
            sections.add(section.backing() instanceof Backing.Remote remote
                    ? section.withBacking(file(remote.region()).advance(remote.offset()))
                    : section);
        }
        return FlatView.of(view.name(), sections);
    }

    private Backing file(String region) {
        return files.computeIfAbsent(region, name -> {
            int fd = tap.behind().memfdCreate(name, Mman.MFD_CLOEXEC);
            tap.behind().ftruncate(fd, MUCH);
            try {
                MemorySegment memory = tap.behind()
                        .mmap(MUCH, Mman.PROT_READ | Mman.PROT_WRITE, Mman.MAP_SHARED, fd, 0);
                return new Backing.MemoryFile(fd, 0, memory.address());
            } catch (ErrnoException full) {
                throw new AssertionError(full);
            }
        });
    }
}
