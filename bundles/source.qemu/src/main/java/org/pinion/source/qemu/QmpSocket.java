package org.pinion.source.qemu;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.pinion.api.IommuException;

/** A connection to a QMP socket that waits for no message longer than it was told to. Used by one thread. */
final class QmpSocket implements AutoCloseable {

    private static final int CHUNK = 1 << 16;

    private final Place place;
    private final SocketChannel channel;
    private final Selector readable;
    private final Duration patience;
    private final JsonFrame frame = new JsonFrame();
    private final ByteBuffer buffer = ByteBuffer.allocate(CHUNK).flip();

    private QmpSocket(Place place, SocketChannel channel, Selector readable, Duration patience) {
        this.place = place;
        this.channel = channel;
        this.readable = readable;
        this.patience = patience;
    }

    static QmpSocket connect(String path, Duration patience) throws IommuException {
        Place place = Place.of("QMP socket " + path);
        if (path.indexOf(0) >= 0 || Files.notExists(Path.of(path))) {
            throw place.fault("there is no such socket", "start QEMU with -qmp unix:" + path + ",server=on,wait=off");
        }
        SocketChannel channel = null;
        try {
            channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            channel.configureBlocking(false);
            if (!channel.connect(UnixDomainSocketAddress.of(path))) {
                throw new IOException("the monitor accepts no further client; it serves one at a time");
            }
            Selector readable = Selector.open();
            channel.register(readable, SelectionKey.OP_READ);
            return new QmpSocket(place, channel, readable, patience);
        } catch (IOException e) {
            close(channel, e);
            throw place.fault(
                    "cannot connect: " + e.getMessage(),
                    "check that a QEMU with this -qmp socket runs and that this process may write to it",
                    e);
        }
    }

    private static void close(SocketChannel channel, IOException cause) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    /** Sends a message. QEMU reads its monitor all the time; a command is far smaller than the socket's buffer. */
    void send(String message) throws IommuException {
        ByteBuffer bytes = ByteBuffer.wrap((message + "\n").getBytes(StandardCharsets.UTF_8));
        try {
            while (bytes.hasRemaining()) {
                if (channel.write(bytes) == 0) {
                    throw silent("a command to be read");
                }
            }
        } catch (IOException e) {
            throw closed("while it was sent a command", e);
        }
    }

    /** Receives a message whole, one JSON object. */
    String receive(String awaited) throws IommuException {
        long deadline = System.nanoTime() + patience.toNanos();
        try {
            while (true) {
                while (buffer.hasRemaining()) {
                    if (frame.add(buffer.get())) {
                        return frame.take();
                    }
                }
                await(awaited, deadline);
                if (channel.read(buffer.clear()) < 0) {
                    throw closed("before " + awaited + " was complete", null);
                }
                buffer.flip();
            }
        } catch (IOException e) {
            throw closed("before " + awaited + " was complete", e);
        }
    }

    private void await(String awaited, long deadline) throws IOException, IommuException {
        long left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
        if (left <= 0 || readable.select(left) == 0) {
            throw silent(awaited);
        }
        readable.selectedKeys().clear();
    }

    private IommuException silent(String awaited) {
        return place.fault(
                "waited %d s in vain for %s".formatted(patience.toSeconds(), awaited),
                "a QMP socket serves one client at a time: disconnect the other one (libvirt keeps its own), or give"
                        + " QEMU a second -qmp socket; if QEMU hangs, look at its process");
    }

    private IommuException closed(String when, IOException cause) {
        return place.fault(
                "QEMU closed the connection " + when, "check whether QEMU is still running, then try again", cause);
    }

    @Override
    public void close() throws IommuException {
        try (channel; readable) {
            return;
        } catch (IOException e) {
            throw place.fault("the connection cannot be closed: " + e.getMessage(), "", e);
        }
    }
}
