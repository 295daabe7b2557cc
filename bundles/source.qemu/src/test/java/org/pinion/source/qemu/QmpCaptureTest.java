package org.pinion.source.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Scanner;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import org.pinion.api.SectionFacts;

/** Talks to a server that answers line by line from a script. */
class QmpCaptureTest {

    private static final String GREETING =
            "{\"QMP\": {\"version\": {\"qemu\": {\"minor\": 2, \"major\": 7}}, \"capabilities\": [\"oob\"]}}";
    private static final String EVENT = "{\"event\": \"RTC_CHANGE\", \"data\": {\"offset\": \"}{\\\"\"}}";
    private static final String DONE = "{\"return\": {}}";
    private static final String DEVICES = "{\"return\": [{\"type\":\"dimm\",\"data\":{\"addr\":0,\"size\":786432}}]}";
    private static final String HANG = "hang";
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @TempDir
    Path folder;

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private Path socket;
    private ServerSocketChannel server;
    private Thread thread;

    @BeforeEach
    void bind() throws IOException {
        socket = folder.resolve("qmp");
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
    }

    @AfterEach
    void close() throws IOException, InterruptedException {
        server.close();
        if (thread != null) {
            thread.interrupt();
            thread.join();
        }
    }

    /** The first text is sent at once, each further one after a command; after the last the connection is closed. */
    private void serve(String... script) {
        thread = Thread.ofVirtual().start(() -> {
            try (SocketChannel client = server.accept();
                    Scanner commands = new Scanner(client, StandardCharsets.UTF_8)) {
                for (int i = 0; i < script.length; i++) {
                    if (script[i].equals(HANG)) {
                        commands.hasNextLine();
                        return;
                    }
                    if (i > 0) {
                        asked.add(commands.nextLine());
                    }
                    Channels.newOutputStream(client).write(script[i].getBytes(StandardCharsets.UTF_8));
                }
            } catch (IOException e) {
                asked.add("the server failed: " + e);
            }
        });
    }

    private static String text(String mtree) {
        return "{\"return\": \"" + mtree.replace("\"", "\\\"").replace("\n", "\\r\\n") + "\"}\r\n";
    }

    private FlatView read() throws IommuException {
        return new QemuSource().read(Map.of("qmp", socket.toString()));
    }

    private static String tree() {
        return Text.view("  0000000000000000-00000000000bffff (prio 0, ram): pc.ram owner:{obj path=/objects/pc.ram}");
    }

    @Test
    void theTreeAndTheMemoryDevicesOfARunningQemuAreRead() throws IommuException {
        serve(GREETING + "\r\n", DONE, text(tree()), DEVICES);
        FlatView view = read();
        assertThat(view.sections()).hasSize(1);
        assertThat(view.sections().getFirst().facts()).containsEntry(SectionFacts.MEMORY_DEVICE, "dimm");
        assertThat(asked).hasSize(3);
        assertThat(asked.get(0)).contains("\"qmp_capabilities\"");
        assertThat(asked.get(1)).contains("\"human-monitor-command\"").contains("\"info mtree -f -o\"");
        assertThat(asked.get(2)).contains("\"query-memory-devices\"");
    }

    @Test
    void eventsInBetweenAndRepliesOverSeveralLinesAreNoMatter() throws IommuException {
        serve(
                GREETING.replace(", ", ",\n  "),
                EVENT + "\r\n" + EVENT + DONE,
                EVENT + text(tree()) + EVENT,
                EVENT + DEVICES.replace(":", ":\n"));
        assertThat(read().sections()).hasSize(1);
    }

    @Test
    void aQemuThatKnowsNoOwnersIsAskedWithoutThem() throws IommuException {
        serve(GREETING, DONE, text("mtree: unsupported option -o\nTry \"help info mtree\"\n"), text(tree()), DEVICES);
        assertThat(read().sections()).hasSize(1);
        assertThat(asked.get(2)).contains("\"info mtree -f\"");
    }

    @Test
    void aMissingSocketIsNamed() {
        assertThatThrownBy(() -> new QemuSource().read(Map.of("qmp", folder + "/none")))
                .isInstanceOf(IommuException.class)
                .hasMessageContaining("/none: there is no such socket; remedy: start QEMU with -qmp unix:");
    }

    @Test
    void aSocketWithoutAListenerIsNamed() throws IOException {
        server.close();
        assertThat(Files.exists(socket)).isTrue();
        assertThatThrownBy(this::read)
                .isInstanceOf(IommuException.class)
                .hasMessageContaining("cannot connect: Connection refused")
                .hasMessageContaining("check that a QEMU with this -qmp socket runs");
    }

    @Test
    void aConnectionClosedInTheMiddleIsNamed() {
        for (List<String> script : List.of(
                List.of(""),
                List.of(GREETING.substring(0, 30)),
                List.of(GREETING, DONE, text(tree()).substring(0, 60)))) {
            List<String> copy = new ArrayList<>(script);
            serve(copy.toArray(String[]::new));
            assertThatThrownBy(this::read)
                    .isInstanceOf(IommuException.class)
                    .hasMessageContaining("QEMU closed the connection before ")
                    .hasMessageContaining("check whether QEMU is still running");
        }
    }

    @Test
    void aSilentMonitorIsNotWaitedForForEver() {
        serve("", HANG);
        assertThatThrownBy(() -> QmpCapture.take(socket.toString(), Duration.ofMillis(100)))
                .isInstanceOf(IommuException.class)
                .hasMessageContaining("in vain for the greeting")
                .hasMessageContaining("a QMP socket serves one client at a time");
    }

    @Test
    void anUnansweredCommandIsNamed() {
        serve(GREETING, DONE, EVENT, HANG);
        assertThatThrownBy(() -> QmpCapture.take(socket.toString(), Duration.ofSeconds(2)))
                .isInstanceOf(IommuException.class)
                .hasMessageContaining("in vain for the answer to 'human-monitor-command'");
    }

    @Test
    void anErrorReplyIsPassedOn() {
        serve(GREETING, DONE, "{\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"The command is disabled\"}}");
        assertThatThrownBy(() -> QmpCapture.take(socket.toString(), PATIENCE))
                .isInstanceOf(IommuException.class)
                .hasMessageContaining("QEMU refuses 'human-monitor-command': The command is disabled");
    }

    @Test
    void aHumanMonitorIsRecognised() {
        serve("QEMU 7.2.22 monitor - type 'help' for more information\r\n");
        assertThatThrownBy(this::read)
                .isInstanceOf(IommuException.class)
                .hasMessageContaining("the greeting is not JSON: \"QEMU 7.2.22 monitor")
                .hasMessageContaining("not of a human monitor");
    }

    @Test
    void anotherServiceIsRecognised() {
        serve("{\"hello\": 1}\n");
        assertThatThrownBy(this::read)
                .isInstanceOf(IommuException.class)
                .hasMessageContaining("does not greet as a QMP monitor");
    }

    @Test
    void faultsOfTheAnswersNameTheCommand() {
        serve(GREETING, DONE, text(tree()), "{\"return\": 1}");
        assertThatThrownBy(this::read)
                .isInstanceOf(IommuException.class)
                .hasMessageContaining("read 'query-memory-devices' of QMP socket " + socket);
    }
}
