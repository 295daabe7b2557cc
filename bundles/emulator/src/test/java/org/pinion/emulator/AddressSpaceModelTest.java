package org.pinion.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pinion.emulator.Process.FIXED;
import static org.pinion.emulator.Process.PAGE;
import static org.pinion.emulator.Process.RW;
import static org.pinion.emulator.Process.errno;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** Random requests to two address spaces and two devices against {@link PageModel}: the same answers, pins and bytes. */
class AddressSpaceModelTest {

    enum Kind { MAP, COPY, UNMAP, ATTACH, DETACH }

    record Step(Kind kind, int space, int other, long page, long otherPage, int count, int memory) {}

    private static final int MEMORY_PAGES = 32;
    private static final long BESIDE = 0x50000000L;

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Long> near = Arbitraries.longs().between(0, 5);
        Arbitrary<Long> page = Combinators.combine(Arbitraries.of(0L, 0L, 0xfedfdL, 0xfeefdL, 0x7fffffdL,
                PageModel.END - 6), near).as(Long::sum);
        Arbitrary<Integer> two = Arbitraries.integers().between(0, 1);
        Arbitrary<Kind> kind = Arbitraries.frequency(Tuple.of(5, Kind.MAP),
                Tuple.of(4, Kind.COPY), Tuple.of(4, Kind.UNMAP),
                Tuple.of(3, Kind.ATTACH), Tuple.of(1, Kind.DETACH));
        return Combinators.combine(kind, two, two, page, page, Arbitraries.integers().between(1, 4),
                Arbitraries.integers().between(0, MEMORY_PAGES - 4)).as(Step::new).list().ofMaxSize(60);
    }

    /** The machine and the model, side by side. */
    private static final class Pair {
        private final Process process = Process.onLab();
        private final int[] ioas = {process.ioas(), process.ioas()};
        private final int[] device = {process.bound(0), process.bound(1)};
        private final int[] attachedTo = {-1, -1};
        private final PageModel[] model = {new PageModel(), new PageModel()};
        private final MemorySegment memory = process.memory((long) MEMORY_PAGES * PAGE);
        private int calls;

        private Pair() {
            for (int i = 0; i < MEMORY_PAGES; i++) {
                memory.set(ValueLayout.JAVA_BYTE, (long) i * PAGE, (byte) (i + 1));
            }
        }

        private void run(Step step) {
            switch (step.kind) {
                case MAP -> assertThat(errno(process.map(ioas[step.space], memory.address() + (long) step.memory * PAGE,
                        (long) step.count * PAGE, step.page * PAGE)))
                        .isEqualTo(model[step.space].map(step.page, step.count, calls++, step.memory));
                case COPY -> assertThat(errno(process.copy(ioas[step.space], ioas[step.other], RW | FIXED,
                        (long) step.count * PAGE, step.page * PAGE, step.otherPage * PAGE)))
                        .isEqualTo(model[step.space].copyFrom(model[step.other], step.otherPage, step.count, step.page));
                case UNMAP -> unmap(step);
                case ATTACH -> attach(step.other, step.space);
                case DETACH -> detach(step.other);
            }
        }

        private void unmap(Step step) {
            long answer = process.unmap(ioas[step.space], step.page * PAGE, (long) step.count * PAGE);
            Object expected = model[step.space].unmap(step.page, step.count);
            assertThat(answer < 0 ? errno(answer) : (Object) (answer / PAGE)).isEqualTo(expected);
        }

        private void attach(int number, int space) {
            int answer = process.attach(device[number], ioas[space]);
            if (attachedTo[number] == space) {
                assertThat(answer).isPositive();
                return;
            }
            Object expected = model[space].attach();
            assertThat(answer > 0 ? 0 : errno(answer)).isEqualTo(expected);
            if (expected.equals(0)) {
                leave(number);
                attachedTo[number] = space;
            }
        }

        private void detach(int number) {
            assertThat(process.detach(device[number])).isZero();
            leave(number);
        }

        private void leave(int number) {
            if (attachedTo[number] >= 0) {
                model[attachedTo[number]].detach();
                attachedTo[number] = -1;
            }
        }

        private void checkPins() throws Exception {
            Set<String> pinned = new HashSet<>(model[0].pinned());
            pinned.addAll(model[1].pinned());
            assertThat(process.pinnedKilobytes()).isEqualTo(pinned.size() * 4L);
        }

        /** Each device reads every page that its address space shows and writes what it read to a page beside. */
        private void checkBytes() {
            for (int number = 0; number < 2; number++) {
                if (attachedTo[number] >= 0) {
                    checkBytes(number, attachedTo[number]);
                }
            }
            assertThat(process.kernel.faults()).isEmpty();
        }

        private void checkBytes(int number, int space) {
            MemorySegment beside = process.memory(PAGE);
            process.map(ioas[space], beside.address(), PAGE, BESIDE);
            Edu edu = new Edu(process.kernel, device[number]);
            edu.busMaster(true);
            model[space].cells().forEach((page, cell) -> {
                edu.fromMemory(page * PAGE, 1);
                edu.toMemory(BESIDE, 1);
                assertThat(beside.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) (cell.page() + 1));
            });
            process.unmap(ioas[space], BESIDE, PAGE);
        }
    }

    @Property(tries = 300)
    void theKernelDoesWhatTheModelDoes(@ForAll("steps") List<Step> steps) throws Exception {
        Pair pair = new Pair();
        for (Step step : steps) {
            pair.run(step);
            pair.checkPins();
        }
        pair.checkBytes();
        pair.process.kernel.closeAll();
        assertThat(pair.process.pinnedKilobytes()).isZero();
    }
}
