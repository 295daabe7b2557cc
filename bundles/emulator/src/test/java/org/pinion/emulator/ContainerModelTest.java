package org.pinion.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pinion.emulator.ContainerProcess.MTTY_GROUP;
import static org.pinion.emulator.ContainerProcess.V1;
import static org.pinion.emulator.ContainerProcess.V2;
import static org.pinion.emulator.Process.PAGE;
import static org.pinion.emulator.Process.errno;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** Random requests to a container and three groups against {@link ContainerModel}: the same answers, pins and bytes. */
class ContainerModelTest {

    enum Kind { MAP, UNMAP, JOIN, LEAVE }

    record Step(Kind kind, int group, long page, int count, int memory) {}

    private static final int MEMORY_PAGES = 32;
    private static final long BESIDE = 0x50000000L;

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Long> near = Arbitraries.longs().between(0, 5);
        // Mostly one place, so that requests meet; else around the window, the aperture's end and 2^64.
        Arbitrary<Long> place = Arbitraries.frequency(Tuple.of(8, 0L), Tuple.of(1, 0xfedfdL), Tuple.of(1, 0xfeefdL),
                Tuple.of(1, 0x7fffffdL), Tuple.of(1, PageModel.END - 6));
        Arbitrary<Kind> kind = Arbitraries.frequency(Tuple.of(5, Kind.MAP), Tuple.of(4, Kind.UNMAP),
                Tuple.of(3, Kind.JOIN), Tuple.of(2, Kind.LEAVE));
        return Combinators.combine(kind, Arbitraries.of(0, 1, MTTY_GROUP),
                Combinators.combine(place, near).as(Long::sum),
                Arbitraries.integers().between(1, 4), Arbitraries.integers().between(0, MEMORY_PAGES - 4))
                .as(Step::new).list().ofMaxSize(60);
    }

    /** The machine and the model, side by side. */
    private static final class Pair {
        private final ContainerProcess process = ContainerProcess.onLab();
        private final Map<Integer, Integer> groups = new TreeMap<>();
        private final MemorySegment memory = process.memory((long) MEMORY_PAGES * PAGE);
        private final int kind;
        private final ContainerModel model;

        private Pair(boolean v2) {
            this.kind = v2 ? V2 : V1;
            this.model = new ContainerModel(v2);
            for (int number : new int[] {0, 1, MTTY_GROUP}) {
                groups.put(number, process.group(number));
            }
            for (int i = 0; i < MEMORY_PAGES; i++) {
                memory.set(ValueLayout.JAVA_BYTE, (long) i * PAGE, (byte) (i + 1));
            }
        }

        private void run(Step step) {
            switch (step.kind) {
                case MAP -> assertThat(errno(process.map(memory.address() + (long) step.memory * PAGE,
                        (long) step.count * PAGE, step.page * PAGE)))
                        .isEqualTo(model.map(new ContainerModel.Mapped(step.page, step.count, step.memory)));
                case UNMAP -> unmap(step);
                case JOIN -> join(step.group);
                case LEAVE -> assertThat(errno(process.unset(groups.get(step.group))))
                        .isEqualTo(model.leave(step.group));
            }
        }

        private void unmap(Step step) {
            long answer = process.unmap(step.page * PAGE, (long) step.count * PAGE);
            assertThat(answer < 0 ? errno(answer) : (Object) (answer / PAGE))
                    .isEqualTo(model.unmap(step.page, step.count));
        }

        private void join(int group) {
            boolean first = model.empty();
            assertThat(errno(process.set(groups.get(group)))).isEqualTo(model.join(group));
            if (first) {
                assertThat(process.setIommu(kind)).isZero();
            }
        }

        private void check() {
            assertThat(process.lockedKilobytes()).isEqualTo(model.charged() * 4);
            if (!model.empty()) {
                assertThat(process.available()).isEqualTo(65535 - model.mappings().size());
            }
        }

        /** Each device reads every page that is mapped and writes what it read to a page beside. */
        private void checkBytes() {
            for (int number = 0; number < 2; number++) {
                if (model.has(number)) {
                    checkBytes(process.device(groups.get(number), "0000:00:1%d.0".formatted(number)));
                }
            }
            assertThat(process.kernel.faults()).isEmpty();
        }

        private void checkBytes(int device) {
            MemorySegment beside = process.memory(PAGE);
            process.map(beside.address(), PAGE, BESIDE);
            Edu edu = new Edu(process.kernel, device);
            edu.busMaster(true);
            for (ContainerModel.Mapped mapped : model.mappings()) {
                for (int i = 0; i < mapped.count(); i++) {
                    edu.fromMemory((mapped.first() + i) * PAGE, 1);
                    edu.toMemory(BESIDE, 1);
                    assertThat(beside.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) (mapped.memory() + i + 1));
                }
            }
            process.unmap(BESIDE, PAGE);
        }
    }

    @Property(tries = 300)
    void theKernelDoesWhatTheModelDoes(@ForAll("steps") List<Step> steps, @ForAll boolean v2) {
        Pair pair = new Pair(v2);
        for (Step step : steps) {
            pair.run(step);
            pair.check();
        }
        pair.checkBytes();
        pair.process.kernel.closeAll();
        assertThat(pair.process.lockedKilobytes()).isZero();
    }
}
