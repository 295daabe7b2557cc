package org.pinion.api.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.pinion.api.AddressRange;
import org.pinion.api.AddressSpace;
import org.pinion.api.Backing;
import org.pinion.api.CommitReport;
import org.pinion.api.DeviceLimits;
import org.pinion.api.FlatView;
import org.pinion.api.FlatViewChange;
import org.pinion.api.HostMemory;
import org.pinion.api.HostMemoryAllocator;
import org.pinion.api.IommuException;
import org.pinion.api.IovaLimits;
import org.pinion.api.Ledger;
import org.pinion.api.Plan;
import org.pinion.api.RangeSet;
import org.pinion.api.Section;
import org.pinion.api.SpaceOptions;
import org.pinion.api.SpaceSnapshot;

class DmaBuffersTest {

    private static final long PAGE = 4096;
    private static final AddressRange WINDOW = new AddressRange(0x1000, 0x8fff);
    private static final SpaceOptions OPTIONS = new SpaceOptions("nic", "iommufd", List.of("strict"));

    private final List<String> freed = new ArrayList<>();
    private FlatView view = FlatView.EMPTY;
    private RangeSet usable = RangeSet.ALL;
    private IommuException refusal;
    private Runnable whenClosed;
    private boolean inUse;

    private final AddressSpace space = (AddressSpace) Proxy.newProxyInstance(
            getClass().getClassLoader(), new Class<?>[] {AddressSpace.class}, (_, method, arguments) -> switch (
                    method.getName()) {
                case "options" -> OPTIONS;
                case "snapshot" -> snapshot();
                case "commit" -> commit(view.with((FlatViewChange) arguments[0]));
                case "whenClosed" -> {
                    whenClosed = (Runnable) arguments[0];
                    yield null;
                }
                default -> throw new AssertionError("not expected: " + method.getName());
            });

    private final HostMemoryAllocator allocator = (name, size) -> new Memory(name, (size + PAGE - 1) & -PAGE);

    private final class Memory implements HostMemory {

        private final String name;
        private final MemorySegment segment;
        private boolean closed;

        private Memory(String name, long size) {
            this.name = name;
            this.segment = Arena.ofAuto().allocate(size, PAGE);
        }

        @Override
        public MemorySegment segment() {
            return segment;
        }

        @Override
        public Backing backing() {
            return new Backing.UserMemory(segment.address());
        }

        @Override
        public void close() {
            if (inUse) {
                throw new IllegalStateException("in use");
            }
            if (!closed) {
                closed = true;
                freed.add(name);
            }
        }
    }

    private Plan plan() {
        DeviceLimits device = new DeviceLimits("d", usable, PAGE, List.of());
        return new Plan(view, IovaLimits.intersect(PAGE, List.of(device)), OPTIONS.policies(), List.of());
    }

    private SpaceSnapshot snapshot() {
        return new SpaceSnapshot(
                OPTIONS, SpaceSnapshot.State.ACTIVE, 0, List.of(), plan(), List.of(), List.of(), Ledger.EMPTY);
    }

    private CommitReport commit(FlatView next) throws IommuException {
        if (refusal != null) {
            throw refusal;
        }
        view = next;
        return new CommitReport(plan(), List.of(), List.of(), 0);
    }

    private DmaBuffers buffers() {
        return new DmaBuffers(space, allocator, WINDOW);
    }

    @Test
    void aBufferIsMemoryThatTheViewShowsAtItsAddress() throws IommuException {
        DmaBuffer buffer = buffers().allocate("queue", 5000);
        assertThat(buffer.address()).isEqualTo(0x1000);
        assertThat(buffer.iova()).isEqualTo(new AddressRange(0x1000, 0x2fff));
        assertThat(buffer.segment().byteSize()).isEqualTo(2 * PAGE);
        assertThat(view.sections()).containsExactly(
                Section.ram(buffer.iova(), new Backing.UserMemory(buffer.segment().address()), "queue"));
    }

    @Test
    void buffersLieBesideEachOtherAndARoomThatIsFreeIsUsedAgain() throws IommuException {
        DmaBuffers buffers = buffers();
        DmaBuffer first = buffers.allocate("first", PAGE);
        DmaBuffer second = buffers.allocate("second", PAGE);
        first.close();
        first.close();
        assertThat(freed).containsExactly("first");
        assertThat(second.address()).isEqualTo(0x2000);
        assertThat(buffers.allocate("third", PAGE).address()).isEqualTo(0x1000);
        assertThat(view.sections()).extracting(Section::name).containsExactly("third", "second");
    }

    @Test
    void whatNoDeviceCanUseAndWhatTheViewShowsIsLeftOut() throws IommuException {
        Section before = Section.ram(new AddressRange(0x3000, 0x3fff), new Backing.UserMemory(0x7000), "ram");
        view = FlatView.of("guest", List.of(before));
        usable = RangeSet.of(new AddressRange(0x2000, 0xffff));
        DmaBuffer buffer = buffers().allocate("queue", 2 * PAGE);
        assertThat(buffer.address()).isEqualTo(0x4000);
        assertThat(view.sections()).contains(before);
        assertThat(view.name()).isEqualTo("guest");
    }

    @Test
    void aFullWindowIsToldAndCostsNoMemory() {
        assertThatThrownBy(() -> buffers().allocate("queue", 9 * PAGE))
                .hasMessage("allocate 0x9000 bytes for 'queue' in 'nic': the window [0x1000-0x8fff] has no room for"
                        + " them that every attached device can use; in use is []; remedy: close buffers, or give a"
                        + " larger window");
        assertThat(freed).containsExactly("queue");
    }

    @Test
    void aRefusedBufferLeavesNothingBehind() throws IommuException {
        DmaBuffers buffers = buffers();
        refusal = new IommuException("commit", "no", "");
        assertThatThrownBy(() -> buffers.allocate("queue", PAGE)).isSameAs(refusal);
        assertThat(freed).containsExactly("queue");
        refusal = null;
        assertThat(buffers.allocate("queue", PAGE).address()).isEqualTo(0x1000);
    }

    @Test
    void memoryThatCannotBeTakenFromTheDevicesIsKept() throws IommuException {
        DmaBuffer buffer = buffers().allocate("queue", PAGE);
        refusal = new IommuException("commit", "no", "");
        assertThatThrownBy(buffer::close).isSameAs(refusal);
        assertThat(freed).isEmpty();
        refusal = null;
        buffer.close();
        assertThat(freed).containsExactly("queue");
    }

    @Test
    void whatASystemCallUsedWhenTheSpaceClosedGoesWhenItIsClosedOnceMore() throws IommuException {
        DmaBuffers buffers = buffers();
        DmaBuffer first = buffers.allocate("first", PAGE);
        DmaBuffer second = buffers.allocate("second", PAGE);
        inUse = true;
        assertThatThrownBy(whenClosed::run).hasMessage("in use");
        inUse = false;
        first.close();
        second.close();
        second.close();
        assertThat(freed).containsExactly("first", "second");
    }

    @Test
    void whatASystemCallUsesIsOutOfReachAndGoesWhenItIsClosedOnceMore() throws IommuException {
        DmaBuffer buffer = buffers().allocate("queue", PAGE);
        inUse = true;
        assertThatThrownBy(buffer::close).hasMessage("in use");
        assertThat(view.sections()).isEmpty();
        assertThat(freed).isEmpty();
        inUse = false;
        buffer.close();
        assertThat(freed).containsExactly("queue");
    }

    @Test
    void anAllocatorWithoutHugePagesSaysSo() {
        assertThatThrownBy(() -> buffers().allocateHuge("queue", PAGE, 2 << 20))
                .hasMessageContaining("this allocator gives no huge pages");
    }
}
