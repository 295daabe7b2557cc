package org.pinion.linux.notify;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.pinion.linux.DescriptorStore;
import org.pinion.linux.Errno;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Fcntl;
import org.pinion.linux.Kernel;

/**
 * Whoever has started this process, as its environment tells: systemd, or somebody who speaks as it does
 * ({@link DescriptorKeeper}). Files arrive from descriptor 3 on (sd_listen_fds(3)); requests go to {@code
 * $NOTIFY_SOCKET} (sd_notify(3), sd_pid_notify_with_fds(3)).
 */
public final class ServiceManager implements DescriptorStore {

    static final String SOCKET = "NOTIFY_SOCKET";
    static final String CAPACITY = "FDSTORE";
    static final String COUNT = "LISTEN_FDS";
    static final String NAMES = "LISTEN_FDNAMES";
    static final String PROCESS = "LISTEN_PID";
    static final int FIRST = 3;

    /** What only the first to ask in a process may have, whichever class loader it is from. */
    private static final String TAKEN = "org.pinion.linux.inherited";

    private static final int PATIENCE_MILLIS = 10_000;
    private static final String UNNAMED = "unknown";

    private final Kernel kernel;
    private final Map<String, String> environment;
    private final long process;
    private final Map<String, Integer> stored = new ConcurrentHashMap<>();

    /** @param kernel the kernel of the machine */
    public ServiceManager(Kernel kernel) {
        this(kernel, System.getenv(), ProcessHandle.current().pid());
    }

    ServiceManager(Kernel kernel, Map<String, String> environment, long process) {
        this.kernel = kernel;
        this.environment = Map.copyOf(environment);
        this.process = process;
    }

    @Override
    public Optional<String> obstacle() {
        if (!environment.containsKey(SOCKET)) {
            return Optional.of("whoever has started this process keeps no files for it (no " + SOCKET
                    + " in its environment): start it with 'pinion keep', or as a service of systemd with"
                    + " FileDescriptorStoreMax=");
        }
        if (capacity() == 0) {
            return Optional.of("the service manager keeps no files for this process (no " + CAPACITY
                    + " in its environment): set FileDescriptorStoreMax= in the unit; systemd says so since version"
                    + " 254");
        }
        return Optional.empty();
    }

    @Override
    public int capacity() {
        return number(CAPACITY);
    }

    private int number(String variable) {
        String value = environment.getOrDefault(variable, "");
        return value.matches("[0-9]{1,9}") ? Integer.parseInt(value) : 0;
    }

    @Override
    public List<StoredFile> inherited() {
        boolean mine = environment.getOrDefault(PROCESS, "").equals(Long.toString(process));
        if (!mine || System.getProperties().putIfAbsent(TAKEN, "true") != null) {
            return List.of();
        }
        String[] names = environment.getOrDefault(NAMES, "").split(":", -1);
        List<StoredFile> files = new ArrayList<>();
        for (int i = 0; i < number(COUNT); i++) {
            files.add(new StoredFile(i < names.length ? names[i] : UNNAMED, FIRST + i));
        }
        files.forEach(file -> stored.put(file.name(), file.fd()));
        return files;
    }

    @Override
    public List<StoredFile> stored() {
        return stored.entrySet().stream()
                .map(file -> new StoredFile(file.getKey(), file.getValue()))
                .toList();
    }

    @Override
    public void store(String name, int fd) throws ErrnoException {
        tell(name, fd);
        stored.put(name, fd);
    }

    /** systemd drops a file that it has already, under another name too (same_fd in its file-descriptor store). */
    @Override
    public void storeMemory(String name, int fd) throws ErrnoException {
        int another = ErrnoException.check(
                "open memory once more", kernel.open("/proc/self/fd/" + fd, Fcntl.O_RDWR | Fcntl.O_CLOEXEC));
        try {
            tell(name, another);
            stored.put(name, fd);
        } finally {
            kernel.close(another);
        }
    }

    /** Without polling: a device whose driver reports an error must not be closed behind everybody's back. */
    private void tell(String name, int fd) throws ErrnoException {
        tell(new Datagram("FDSTORE=1\nFDNAME=" + name + "\nFDPOLL=0", List.of(fd)));
    }

    @Override
    public void remove(String name) throws ErrnoException {
        stored.remove(name);
        tell(new Datagram("FDSTOREREMOVE=1\nFDNAME=" + name, List.of()));
    }

    /** As sd_notify_barrier(3) does: who has come so far closes the end of a pipe. */
    @Override
    public void settle() throws ErrnoException {
        Sockets.Pipe pipe = Sockets.pipe();
        try {
            try {
                tell(new Datagram("BARRIER=1", List.of(pipe.write())));
            } finally {
                kernel.close(pipe.write());
            }
            int answer = ErrnoException.check("poll", kernel.poll(pipe.read(), PATIENCE_MILLIS));
            ErrnoException.check("wait for the service manager", answer == 0 ? Errno.ETIMEDOUT.answer() : 0);
        } finally {
            kernel.close(pipe.read());
        }
    }

    private void tell(Datagram datagram) throws ErrnoException {
        int socket = Sockets.open();
        try {
            datagram.send(socket, environment.get(SOCKET));
        } finally {
            kernel.close(socket);
        }
    }

    @Override
    public FileIdentity identity(int fd) throws IOException {
        Map<String, Object> facts = Files.readAttributes(
                Path.of("/proc/self/fd/" + fd), "unix:dev,ino,size", new LinkOption[0]);
        return new FileIdentity((Long) facts.get("dev"), (Long) facts.get("ino"), (Long) facts.get("size"));
    }
}
