package org.pinion.linux.notify;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.pinion.linux.DescriptorStore.StoredFile;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Kernel;

/**
 * The other end: keeps the files of a process that it has started, as systemd's file descriptor store does. Other than
 * there, a name stands for one file: one that comes under the same name takes its place. Methods may be called from any
 * thread.
 */
public final class DescriptorKeeper implements AutoCloseable {

    /** How many files are kept; systemd has no limit of its own, and a process may have 1024 open by default. */
    public static final int CAPACITY = 512;

    private final Kernel kernel;
    private final Path address;
    private final int socket;
    private final Map<String, Integer> kept = new LinkedHashMap<>();

    /**
     * @param kernel the kernel of the machine
     * @param address where to listen, in a directory that nobody else can enter: who can write there is believed
     * @throws ErrnoException if nobody can listen there
     */
    public DescriptorKeeper(Kernel kernel, Path address) throws ErrnoException {
        this.kernel = kernel;
        this.address = address;
        socket = Sockets.open();
        try (Arena arena = Arena.ofConfined()) {
            Sockets.bind(socket, Sockets.address(arena, address.toString()));
        } catch (ErrnoException refused) {
            kernel.close(socket);
            throw refused;
        }
    }

    /**
     * What a process must find in its environment beside {@code LISTEN_PID}, which only it knows.
     *
     * @return the variables; the files' order is that of {@link #files}
     */
    public synchronized Map<String, String> environment() {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put(ServiceManager.SOCKET, address.toString());
        variables.put(ServiceManager.CAPACITY, Integer.toString(CAPACITY));
        variables.put(ServiceManager.COUNT, Integer.toString(kept.size()));
        variables.put(ServiceManager.NAMES, String.join(":", kept.keySet()));
        return variables;
    }

    /** {@return the files that are kept, in the order in which they came} */
    public synchronized List<StoredFile> files() {
        List<StoredFile> files = new ArrayList<>();
        kept.forEach((name, fd) -> files.add(new StoredFile(name, fd)));
        return files;
    }

    /**
     * Waits for a request, and carries out all that are there.
     *
     * @param millis how long to wait at most; 0 does not wait
     * @throws ErrnoException if it cannot listen any more
     */
    public void listen(int millis) throws ErrnoException {
        if (kernel.poll(socket, millis) > 0) {
            carryOutAll();
        }
    }

    private synchronized void carryOutAll() throws ErrnoException {
        for (var next = Datagram.receive(socket); next.isPresent(); next = Datagram.receive(socket)) {
            carryOut(next.get());
        }
    }

    /** What is not kept is closed: that is all that a barrier asks for. */
    private void carryOut(Datagram request) {
        String name = request.value("FDNAME").orElse("");
        List<Integer> files = new ArrayList<>(request.files());
        boolean keep = request.value("FDSTORE").filter("1"::equals).isPresent() && !name.isEmpty();
        if (keep && !files.isEmpty() && (kept.containsKey(name) || kept.size() < CAPACITY)) {
            forget(name);
            kept.put(name, files.removeFirst());
        }
        if (request.value("FDSTOREREMOVE").filter("1"::equals).isPresent()) {
            forget(name);
        }
        files.forEach(kernel::close);
    }

    private void forget(String name) {
        Integer fd = kept.remove(name);
        if (fd != null) {
            kernel.close(fd);
        }
    }

    /** Closes every file that is kept, the latest first, and listens no more. */
    @Override
    public synchronized void close() {
        List.copyOf(kept.keySet()).reversed().forEach(this::forget);
        kernel.close(socket);
    }
}
