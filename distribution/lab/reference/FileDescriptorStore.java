import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.pinion.linux.DescriptorStore;
import org.pinion.linux.DescriptorStore.StoredFile;
import org.pinion.linux.Fcntl;
import org.pinion.linux.Kernel;
import org.pinion.linux.Mman;
import org.pinion.linux.ffm.NativeKernel;
import org.pinion.linux.notify.ServiceManager;

/**
 * The service that `distribution/lab/fdstore` has systemd start: it stores files, is killed, and looks at what it gets
 * when it is started again. Its one argument is a folder, which remembers how often it was started.
 */
final class FileDescriptorStore {

    private static final String NAME = DescriptorStore.name("pinion", "a b", "file", "0000:00:10.0");
    private static final String LONG = "x".repeat(255);

    private final Kernel kernel = new NativeKernel();
    private final ServiceManager manager = new ServiceManager(kernel);

    private FileDescriptorStore() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        long start = Files.list(folder).filter(file -> file.getFileName().toString().startsWith("start")).count() + 1;
        Files.createFile(folder.resolve("start" + start));
        FileDescriptorStore probe = new FileDescriptorStore();
        switch ((int) start) {
            case 1 -> probe.store();
            case 2 -> probe.lookAndRemove();
            default -> probe.lookAgain("start-" + start);
        }
    }

    private void store() throws Exception {
        say("obstacle", manager.obstacle().orElse("").isEmpty(), manager.obstacle().orElse(""));
        say("nothing-at-first", manager.inherited().isEmpty(), "files came with the first start");
        int memory = memory("memory");
        manager.store(NAME, memory);
        manager.store("pinion.one.memory.same", memory);
        manager.storeMemory("pinion.two.memory.own", memory);
        manager.storeMemory("pinion.three.memory.own", memory);
        manager.store("pinion.one.file.zero", kernel.open("/dev/zero", Fcntl.O_RDWR | Fcntl.O_CLOEXEC));
        manager.store("pinion.two.file.zero", kernel.open("/dev/zero", Fcntl.O_RDWR | Fcntl.O_CLOEXEC));
        manager.store("pinion.one.twice", memory("first"));
        manager.store("pinion.one.twice", memory("second"));
        manager.store("pinion.one.gone", memory("gone"));
        manager.store(LONG, kernel.eventfd(0, 0));
        manager.remove("pinion.one.gone");
        long began = System.nanoTime();
        manager.settle();
        System.out.printf("settled in %d us%n", (System.nanoTime() - began) / 1000);
        die();
    }

    private void lookAndRemove() throws Exception {
        List<StoredFile> files = manager.inherited();
        Map<String, Long> names = count(files);
        say("killed-and-started-with-its-files", names.containsKey(NAME) && names.containsKey(LONG), names);
        say("removed-is-gone", !names.containsKey("pinion.one.gone"), names);
        say("an-open-file-is-kept-once", !names.containsKey("pinion.one.memory.same"), names);
        say("memory-is-kept-by-each-name",
                names.containsKey("pinion.two.memory.own") && names.containsKey("pinion.three.memory.own"), names);
        say("devices-are-kept-each",
                names.containsKey("pinion.one.file.zero") && names.containsKey("pinion.two.file.zero"), names);
        say("a-name-may-have-two-files", names.getOrDefault("pinion.one.twice", 0L) == 2, names);
        say("the-latest-comes-first", files.getFirst().name().equals(LONG), files);
        for (StoredFile file : files) {
            if (file.name().equals("pinion.two.memory.own")) {
                say("bytes-are-there", read(file.fd()).equals("memory"), read(file.fd()));
            }
        }
        manager.remove("pinion.one.twice");
        manager.settle();
        die();
    }

    private void lookAgain(String what) throws Exception {
        Map<String, Long> names = count(manager.inherited());
        say(what, names.size() == 6 && !names.containsKey("pinion.one.twice"), names);
        System.out.println(what + " stays");
        Thread.sleep(600_000);
    }

    private static Map<String, Long> count(List<StoredFile> files) {
        return files.stream().collect(Collectors.groupingBy(StoredFile::name, TreeMap::new, Collectors.counting()));
    }

    private int memory(String content) {
        int fd = kernel.memfdCreate("store", Mman.MFD_CLOEXEC);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocateFrom(content);
            kernel.pwrite(fd, bytes.asSlice(0, content.length()), 0);
        }
        return fd;
    }

    private static String read(int fd) throws IOException {
        return Files.readString(Path.of("/proc/self/fd/" + fd));
    }

    private static void say(String name, boolean right, Object otherwise) {
        System.out.println(right ? "ok " + name : "FAILED " + name + ": " + otherwise);
    }

    private static void die() throws Exception {
        System.out.flush();
        new ProcessBuilder("kill", "-9", Long.toString(ProcessHandle.current().pid())).start().waitFor();
        Thread.sleep(600_000);
    }
}
