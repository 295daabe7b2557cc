package org.pinion.linux.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pinion.linux.DescriptorStore;
import org.pinion.linux.DescriptorStore.StoredFile;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Mman;
import org.pinion.linux.ffm.NativeKernel;

/** Files pass from a process to its keeper and on to the next process, by real sockets, pipes and processes. */
class DescriptorsOutliveProcessesTest {

    @TempDir
    private Path directory;

    private final NativeKernel kernel = new NativeKernel();
    private DescriptorKeeper keeper;
    private Thread listening;

    @BeforeEach
    void listen() throws ErrnoException {
        keeper = new DescriptorKeeper(kernel, directory.resolve("notify"));
        listening = Thread.ofPlatform().daemon().start(() -> {
            try {
                while (!Thread.currentThread().isInterrupted()) {
                    keeper.listen(20);
                }
            } catch (ErrnoException ended) {
                throw new IllegalStateException(ended);
            }
        });
    }

    @AfterEach
    void close() throws InterruptedException {
        listening.interrupt();
        listening.join();
        keeper.close();
    }

    private ServiceManager manager() {
        return new ServiceManager(kernel, keeper.environment(), 1);
    }

    private int file(String content) throws ErrnoException {
        int fd = ErrnoException.check("memfd_create", kernel.memfdCreate("test", Mman.MFD_CLOEXEC));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocateFrom(content);
            kernel.pwrite(fd, bytes.asSlice(0, content.length()), 0);
        }
        return fd;
    }

    private List<String> names() {
        return keeper.files().stream().map(StoredFile::name).toList();
    }

    @Test
    void whatIsStoredIsKnownWithoutAskingTheKeeper() throws Exception {
        ServiceManager manager = manager();
        int fd = file("kept");
        manager.store("one", fd);
        manager.storeMemory("memory", fd);
        assertThat(manager.stored()).containsExactlyInAnyOrder(new StoredFile("one", fd), new StoredFile("memory", fd));
        manager.remove("one");
        assertThat(manager.stored()).containsExactly(new StoredFile("memory", fd));
    }

    @Test
    void theKeeperHasTheSameFileUnderAnotherDescriptor() throws Exception {
        ServiceManager manager = manager();
        int fd = file("kept");
        manager.store("one", fd);
        manager.settle();
        StoredFile kept = keeper.files().getFirst();
        assertThat(kept.name()).isEqualTo("one");
        assertThat(kept.fd()).isNotEqualTo(fd);
        assertThat(manager.identity(kept.fd())).isEqualTo(manager.identity(fd));
        assertThat(manager.identity(fd).size()).isEqualTo(4);
        kernel.close(fd);
    }

    @Test
    void aFileThatIsRemovedIsClosedWhenThatHasSettled() throws Exception {
        ServiceManager manager = manager();
        Sockets.Pipe pipe = Sockets.pipe();
        manager.store("pipe", pipe.write());
        kernel.close(pipe.write());
        manager.settle();
        assertThat(kernel.poll(pipe.read(), 0)).isZero();
        manager.remove("pipe");
        manager.settle();
        assertThat(kernel.poll(pipe.read(), 0)).isEqualTo(1);
        assertThat(names()).isEmpty();
        kernel.close(pipe.read());
    }

    @Test
    void aFileTakesThePlaceOfTheOneBeforeItOfItsName() throws Exception {
        ServiceManager manager = manager();
        int first = file("first");
        int second = file("second!");
        manager.store("name", first);
        manager.store("name", second);
        manager.settle();
        assertThat(names()).containsExactly("name");
        assertThat(manager.identity(keeper.files().getFirst().fd())).isEqualTo(manager.identity(second));
        kernel.close(first);
        kernel.close(second);
    }

    @Test
    void memoryIsKeptAsAFileOfItsOwnUnderEachName() throws Exception {
        ServiceManager manager = manager();
        int fd = file("memory");
        try (Arena arena = Arena.ofConfined()) {
            assertThat(kernel.read(fd, arena.allocate(2))).isEqualTo(2);
        }
        manager.storeMemory("one", fd);
        manager.storeMemory("two", fd);
        manager.settle();
        assertThat(names()).containsExactly("one", "two");
        for (StoredFile kept : keeper.files()) {
            assertThat(manager.identity(kept.fd())).isEqualTo(manager.identity(fd));
            // Each opening of a file has a position of its own.
            assertThat(kernel.readFile("/proc/self/fdinfo/" + kept.fd())).startsWith("pos:\t0\n");
        }
        kernel.close(fd);
    }

    @Test
    void memoryThatCannotBeOpenedOnceMoreIsNamed() {
        assertThatThrownBy(() -> manager().storeMemory("none", 9999)).hasMessageContaining("open memory once more");
    }

    @Test
    void aProcessThatIsKilledLeavesItsFilesToTheNext() throws Exception {
        int fd = file("what was kept");
        int other = file("other");
        manager().store("a", fd);
        manager().store("b", other);
        manager().settle();
        Path said = directory.resolve("said");
        String script = "{ echo $LISTEN_PID $$ $LISTEN_FDS $LISTEN_FDNAMES; cat /proc/self/fd/3; } >" + said
                + "; kill -9 $$";
        assertThat(run(script)).isEqualTo(new ChildProcess.End(9, 0));
        String[] lines = Files.readString(said).split("\n");
        String[] words = lines[0].split(" ");
        assertThat(words[0]).isEqualTo(words[1]);
        assertThat(words).endsWith("2", "a:b");
        assertThat(lines[1]).isEqualTo("what was kept");
        assertThat(run("exit 7")).isEqualTo(new ChildProcess.End(0, 7));
        kernel.close(fd);
        kernel.close(other);
    }

    private ChildProcess.End run(String script) throws ErrnoException {
        Map<String, String> environment = new HashMap<>(Map.of("PATH", "/usr/bin:/bin"));
        environment.putAll(keeper.environment());
        List<Integer> files = keeper.files().stream().map(StoredFile::fd).toList();
        return ChildProcess.start(kernel, List.of("/bin/sh", "-c", script), environment, files).await();
    }

    @Test
    void inheritedFilesAreThoseThatAreMeantForTheProcessAndGoToWhoAsksFirst() {
        Map<String, String> environment =
                Map.of("LISTEN_PID", "77", "LISTEN_FDS", "3", "LISTEN_FDNAMES", "a:b", "NOTIFY_SOCKET", "@x");
        System.clearProperty("org.pinion.linux.inherited");
        try {
            assertThat(new ServiceManager(kernel, environment, 78).inherited()).isEmpty();
            assertThat(new ServiceManager(kernel, environment, 77).inherited())
                    .containsExactly(new StoredFile("a", 3), new StoredFile("b", 4), new StoredFile("unknown", 5));
            assertThat(new ServiceManager(kernel, environment, 77).inherited()).isEmpty();
        } finally {
            System.clearProperty("org.pinion.linux.inherited");
        }
    }

    @Test
    void whoKeepsNothingSaysSo() {
        assertThat(new ServiceManager(kernel, Map.of(), 1).obstacle()).hasValueSatisfying(why ->
                assertThat(why).contains("no NOTIFY_SOCKET in its environment", "pinion keep"));
        assertThat(new ServiceManager(kernel, Map.of("NOTIFY_SOCKET", "/run/x"), 1).obstacle())
                .hasValueSatisfying(why -> assertThat(why).contains("no FDSTORE", "FileDescriptorStoreMax="));
        assertThat(manager().obstacle()).isEmpty();
    }

    @Test
    void anAddressThatIsNoneIsNamed() {
        Map<String, String> environment = Map.of("NOTIFY_SOCKET", "vsock:2:1234", "FDSTORE", "1");
        assertThatThrownBy(() -> new ServiceManager(kernel, environment, 1).store("a", 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'vsock:2:1234' is no address of a Unix socket");
    }

    @Test
    void anIdentityIsAskedOfOpenFilesAlone() {
        assertThatThrownBy(() -> manager().identity(9999)).isInstanceOf(IOException.class);
    }

    @Test
    void differentWordsMakeDifferentNamesOfPlainCharacters() {
        assertThat(DescriptorStore.name("pinion", "a b", "0000:00:10.0"))
                .isEqualTo("pinion.a%20b.0000%3a00%3a10%2e0");
        assertThat(DescriptorStore.name("a.b")).isNotEqualTo(DescriptorStore.name("a", "b"));
    }
}
