package org.pinion.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.pinion.emulator.Process.PAGE;
import static org.pinion.emulator.Process.errno;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.pinion.emulator.file.FileTable;
import org.pinion.emulator.file.HeldFile;
import org.pinion.emulator.file.OpenFile;
import org.pinion.emulator.memory.LockedMemory;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;
import org.pinion.linux.Mman;

class ConcurrencyTest {

    private static final int ROUNDS = 2000;

    /** After the standard streams. */
    private static final int FIRST_DESCRIPTOR = 3;

    private static final long BAR2 = 2L << 40;

    private final Process process = Process.onLab();

    @Test
    void dmaNeverTouchesMemoryThatWasUnmappedBefore() throws Exception {
        int ioas = process.ioas();
        Edu edu = new Edu(process.kernel, process.attached(0, ioas));
        edu.busMaster(true);
        AtomicBoolean done = new AtomicBoolean();
        try (ExecutorService threads = Executors.newFixedThreadPool(1)) {
            Future<?> writer = threads.submit(() -> {
                while (!done.get()) {
                    edu.toMemory(0x1000, 64);
                }
            });
            for (int i = 0; i < ROUNDS; i++) {
                MemorySegment memory = process.memory(PAGE);
                assertThat(process.map(ioas, memory.address(), PAGE, 0x1000)).isZero();
                assertThat(process.unmap(ioas, 0x1000, PAGE)).isEqualTo(PAGE);
                memory.fill((byte) 9);
                assertThat(memory.get(ValueLayout.JAVA_BYTE, 0)).as("no write after unmap").isEqualTo((byte) 9);
                assertThat(process.kernel.munmap(memory)).isZero();
            }
            done.set(true);
            writer.get();
        }
    }

    @Test
    void containersUnmapBeforeTheyAnswerToo() throws Exception {
        ContainerProcess legacy = ContainerProcess.onLab();
        Edu edu = new Edu(legacy.kernel, legacy.device(legacy.ready(0, ContainerProcess.V2), ContainerProcess.EDU));
        edu.busMaster(true);
        AtomicBoolean done = new AtomicBoolean();
        try (ExecutorService threads = Executors.newFixedThreadPool(1)) {
            Future<?> writer = threads.submit(() -> {
                while (!done.get()) {
                    edu.toMemory(0x1000, 64);
                }
            });
            for (int i = 0; i < ROUNDS; i++) {
                MemorySegment memory = legacy.memory(PAGE);
                assertThat(legacy.map(memory.address(), PAGE, 0x1000)).isZero();
                assertThat(legacy.unmap(0x1000, PAGE)).isEqualTo(PAGE);
                memory.fill((byte) 9);
                assertThat(memory.get(ValueLayout.JAVA_BYTE, 0)).as("no write after unmap").isEqualTo((byte) 9);
                assertThat(legacy.kernel.munmap(memory)).isZero();
            }
            done.set(true);
            writer.get();
        }
    }

    @Test
    void groupsAndCharacterDevicesNeverDriveADeviceTogether() throws Exception {
        run(8, thread -> {
            ContainerProcess own = new ContainerProcess(process.kernel);
            for (int i = 0; i < 200; i++) {
                int group = own.group(0);
                int device = own.process.openDevice(0);
                int bound = own.process.bind(device);
                assertThat(group >= 0 && bound >= 0).isFalse();
                own.kernel.close(device);
                if (group >= 0) {
                    assertThat(own.set(group)).isZero();
                    assertThat(own.setIommu(ContainerProcess.V2)).isZero();
                    own.kernel.close(own.device(group, ContainerProcess.EDU));
                    own.kernel.close(group);
                }
            }
        });
        assertThat(new ContainerProcess(process.kernel).group(0)).isPositive();
    }

    @Test
    void manyThreadsMapIntoOneAddressSpace() throws Exception {
        int ioas = process.ioas();
        process.attached(0, ioas);
        long va = process.memory(PAGE).address();
        run(8, thread -> {
            for (int i = 0; i < ROUNDS; i++) {
                long iova = (long) (thread * ROUNDS + i) * PAGE;
                assertThat(process.map(ioas, va, PAGE, iova)).isZero();
                if (i % 2 == 0) {
                    assertThat(process.unmap(ioas, iova, PAGE)).isEqualTo(PAGE);
                }
            }
        });
        assertThat(process.pinnedKilobytes()).isEqualTo(8L * ROUNDS / 2 * 4);
        assertThat(process.unmap(ioas, 0, -1)).isEqualTo(8L * ROUNDS / 2 * PAGE);
        assertThat(process.pinnedKilobytes()).isZero();
    }

    @Test
    void descriptorsAreGivenOnceEach() throws Exception {
        run(8, thread -> {
            for (int i = 0; i < 200; i++) {
                Process own = new Process(process.kernel);
                assertThat(own.ioas()).isEqualTo(1);
                assertThat(process.kernel.close(own.iommufd)).isZero();
            }
        });
    }

    @Test
    void aFileEndsOnceWhenItsDescriptorAndTheCallInItGoTogether() throws Exception {
        FileTable files = new FileTable();
        List<CountedFile> all = new ArrayList<>();
        List<HeldFile> calls = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            all.add(new CountedFile());
            calls.add(files.hold(files.add(all.getLast())));
        }
        AtomicInteger turn = new AtomicInteger();
        run(2, thread -> {
            for (int i = 0; i < all.size(); i++) {
                turn.incrementAndGet();
                while (turn.get() < 2 * (i + 1)) {
                    Thread.yield();
                }
                if (thread == 0) {
                    files.close(FIRST_DESCRIPTOR + i);
                } else {
                    calls.get(i).close();
                }
            }
        });
        assertThat(all).allMatch(file -> file.ends.get() == 1);
    }

    @Test
    void aFileDoesNotEndUnderACallThatIsInIt() throws Exception {
        FileTable files = new FileTable();
        CountedFile file = new CountedFile();
        int fd = files.add(file);
        try (HeldFile call = files.hold(fd)) {
            files.close(fd);
            assertThat(file.ends).hasValue(0);
            assertThat(call.file()).isSameAs(file);
            assertThatExceptionOfType(SyscallException.class).isThrownBy(() -> files.hold(fd));
        }
        assertThat(file.ends).hasValue(1);
    }

    /** Threads unmap and map by turns, so that each gets addresses that another has just given back. */
    @Test
    void aMappingKeepsItsOwnFileAndNoOther() throws Exception {
        Process several = Process.on("""
                devices:
                  - {address: '0000:00:10.0', model: ivshmem, group: 1}
                  - {address: '0000:00:11.0', model: ivshmem, group: 2}
                  - {address: '0000:00:12.0', model: ivshmem, group: 3}
                  - {address: '0000:00:13.0', model: ivshmem, group: 4}
                """);
        run(4, number -> {
            for (int i = 0; i < ROUNDS; i++) {
                int device = several.bound(number);
                MemorySegment mapped = several.kernel.mmap(PAGE, Mman.PROT_READ, Mman.MAP_SHARED, device, BAR2);
                assertThat(several.kernel.close(device)).isZero();
                int other = several.openDevice(number);
                assertThat(errno(several.bind(other))).as("it is mapped still").isEqualTo(Errno.EINVAL);
                assertThat(several.kernel.munmap(mapped)).isZero();
                assertThat(several.bind(other)).as("it is not mapped any more").isPositive();
                assertThat(several.kernel.close(other)).isZero();
            }
        });
    }

    /** 16 pages may be locked: nobody is refused who locks one, whatever others ask for and do not get. */
    @Test
    void whoIsRefusedTakesNothingAwayFromOthersMeanwhile() throws Exception {
        LockedMemory locked = new LockedMemory(OptionalLong.of(16 * PAGE), false);
        AtomicBoolean done = new AtomicBoolean();
        run(2, thread -> {
            if (thread == 0) {
                int refused = 0;
                for (int i = 0; i < 200 * ROUNDS; i++) {
                    refused += lock(locked, 17) ? 0 : 1;
                }
                done.set(true);
                assertThat(refused).isEqualTo(200 * ROUNDS);
            } else {
                while (!done.get()) {
                    locked.lock(1);
                    locked.unlock(1);
                }
            }
        });
        assertThat(locked.lockedPages()).isZero();
    }

    private static boolean lock(LockedMemory locked, long pages) {
        try {
            locked.lock(pages);
            return true;
        } catch (SyscallException refused) {
            return false;
        }
    }

    /** Counts how often it was told that nobody has it any more. */
    private static final class CountedFile implements OpenFile {

        private final AtomicInteger ends = new AtomicInteger();

        @Override
        public void release() {
            ends.incrementAndGet();
        }
    }

    private interface Work {
        void run(int thread) throws Exception;
    }

    private static void run(int count, Work work) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(count)) {
            List<Callable<Void>> all = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int thread = i;
                all.add(() -> {
                    work.run(thread);
                    return null;
                });
            }
            for (Future<Void> future : threads.invokeAll(all)) {
                future.get();
            }
        }
    }
}
