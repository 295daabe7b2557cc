package org.pinion.laws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.pinion.api.AddressRange;
import org.pinion.api.AttachedDevice;
import org.pinion.api.DeviceInterrupts;
import org.pinion.api.InterruptKind;
import org.pinion.api.IommuException;
import org.pinion.api.RegionMemory;
import org.pinion.core.space.Space;
import org.pinion.emulator.EmulatedKernel;
import org.pinion.emulator.host.DeviceModel;
import org.pinion.emulator.host.Host;
import org.pinion.emulator.host.HostDevice;
import org.pinion.emulator.host.IommuGeometry;
import org.pinion.emulator.host.IovaRange;
import org.pinion.linux.Kernel;

/** What a driver in Java does with its device through the api alone, on every backend. */
class DriverOnTheApiTest {

    private static final String EDU = "0000:00:10.0";
    private static final String IVSHMEM = "0000:00:12.0";
    private static final int RAISE = 0x60;
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Duration FOR_EVER = Duration.ofSeconds(Long.MAX_VALUE);
    private static final List<String> BACKENDS = Stack.BACKENDS;

    private final Kernel kernel = EmulatedKernel.of(new Host(
            "drivers", OptionalLong.empty(), true, true,
            List.of(device(EDU, DeviceModel.EDU, 1), device(IVSHMEM, DeviceModel.IVSHMEM, 2))));

    private static HostDevice device(String address, DeviceModel model, int group) {
        IommuGeometry geometry = new IommuGeometry(new IovaRange(0, (1L << 39) - 1), List.of(4096L));
        return new HostDevice(address, model, group, "vfio-pci", geometry, List.of(), false);
    }

    private Space open(String backend) throws IommuException {
        return Stack.open(kernel, backend, List.of("strict"));
    }

    /** A message reaches memory, so whoever sends one is a bus master. */
    private static void raise(AttachedDevice edu) throws IommuException {
        edu.write(7, 4, MemorySegment.ofArray(new short[] {6}));
        edu.write(0, RAISE, MemorySegment.ofArray(new int[] {1}));
    }

    @ParameterizedTest
    @FieldSource("BACKENDS")
    void aBarIsMemoryUntilItsDeviceIsDetached(String backend) throws IommuException {
        try (Space space = open(backend)) {
            AttachedDevice edu = space.attach(EDU);
            assertThat(edu.region(0).mappable()).containsExactly(AddressRange.ofSize(0, edu.region(0).size()));
            assertThat(edu.region(1).size()).isZero();
            AttachedDevice ivshmem = space.attach(IVSHMEM);
            RegionMemory closed = ivshmem.map(2, AddressRange.ofSize(0x4000, 0x2000));
            RegionMemory left = ivshmem.map(2, AddressRange.ofSize(0, 0x1000));
            closed.segment().set(ValueLayout.JAVA_INT, 8, 42);
            MemorySegment read = MemorySegment.ofArray(new int[1]);
            ivshmem.read(2, 0x4008, read);
            assertThat(read.get(ValueLayout.JAVA_INT, 0)).isEqualTo(42);
            closed.close();
            closed.close();
            assertThat(closed.segment().scope().isAlive()).isFalse();
            space.detach(IVSHMEM);
            assertThat(left.segment().scope().isAlive()).isFalse();
            left.close();
            assertThatThrownBy(() -> ivshmem.map(2, AddressRange.ofSize(0, 0x1000)))
                    .hasMessageContaining("the device is not attached any more");
        }
    }

    @ParameterizedTest
    @FieldSource("BACKENDS")
    void anInterruptIsWaitedForByKind(String backend) throws IommuException {
        try (Space space = open(backend)) {
            AttachedDevice edu = space.attach(EDU);
            assertThat(edu.interrupts(InterruptKind.MSI)).isEqualTo(1);
            assertThat(edu.interrupts(InterruptKind.MSIX)).isZero();
            try (DeviceInterrupts msi = edu.allow(InterruptKind.MSI, 1)) {
                assertThat(msi.await(0, Duration.ZERO)).isZero();
                raise(edu);
                assertThat(msi.await(0, FOR_EVER)).isEqualTo(1);
                assertThatThrownBy(() -> edu.allow(InterruptKind.MSI, 1)).hasMessageContaining("EINVAL");
                assertThatThrownBy(() -> edu.allow(InterruptKind.INTX, 1)).hasMessageContaining("one at a time");
                assertThatThrownBy(() -> msi.await(1, Duration.ZERO)).isInstanceOf(IndexOutOfBoundsException.class);
                assertThatThrownBy(() -> msi.unmask(0)).hasMessageContaining("does not mask MSI interrupts");
            }
            try (DeviceInterrupts line = edu.allow(InterruptKind.INTX, 1)) {
                line.unmask(0);
            }
            assertThatThrownBy(() -> edu.allow(InterruptKind.MSIX, 0)).hasMessageContaining("ask for 1 at least");
        }
    }

    @ParameterizedTest
    @FieldSource("BACKENDS")
    void whoeverWaitsIsWokenWhenTheInterruptsOrTheDeviceGo(String backend) throws Exception {
        try (Space space = open(backend)) {
            AttachedDevice edu = space.attach(EDU);
            DeviceInterrupts msi = edu.allow(InterruptKind.MSI, 1);
            CompletableFuture<Long> waiting = waiting(msi);
            msi.close();
            msi.close();
            assertEnds(waiting, "they were closed");
            DeviceInterrupts again = edu.allow(InterruptKind.MSI, 1);
            CompletableFuture<Long> waitingAgain = waiting(again);
            space.detach(EDU);
            assertEnds(waitingAgain, "the device is not attached any more");
            again.close();
        }
    }

    @ParameterizedTest
    @FieldSource("BACKENDS")
    void oneOfTwoWhoWaitIsTold(String backend) throws Exception {
        try (Space space = open(backend)) {
            AttachedDevice edu = space.attach(EDU);
            try (DeviceInterrupts msi = edu.allow(InterruptKind.MSI, 1)) {
                CompletableFuture<Long> one = waiting(msi);
                CompletableFuture<Long> other = waiting(msi);
                raise(edu);
                assertThat(CompletableFuture.anyOf(one, other).get(SOON.toMillis(), TimeUnit.MILLISECONDS))
                        .isEqualTo(1L);
                raise(edu);
                assertThat(CompletableFuture.allOf(one, other)).succeedsWithin(SOON);
            }
        }
    }

    private static CompletableFuture<Long> waiting(DeviceInterrupts interrupts) {
        CompletableFuture<Long> came = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                came.complete(interrupts.await(0, FOR_EVER));
            } catch (IommuException ended) {
                came.completeExceptionally(ended);
            }
        });
        return came;
    }

    private static void assertEnds(CompletableFuture<Long> waiting, String reason) {
        assertThat(waiting).failsWithin(SOON).withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(IommuException.class).withMessageContaining(reason);
    }
}
