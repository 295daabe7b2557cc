package org.pinion.shell.gogo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.gogo.runtime.threadio.ThreadIOImpl;
import org.apache.felix.service.command.CommandSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import org.pinion.api.IovaLimits;
import org.pinion.api.Pending;
import org.pinion.api.Plan;
import org.pinion.api.runtime.Finding;
import org.pinion.shell.fake.FakeDma;
import org.pinion.shell.fake.Lab;

/** The commands as Gogo itself calls them. */
class GogoCommandsTest {

    private final FakeDma host = Lab.host();
    private final ChangeCommands change = new ChangeCommands(host);
    private final LookCommands look = new LookCommands(host, host.runtime());
    private final DirtyCommands dirty = new DirtyCommands(host);
    private final SwapCommands swap = new SwapCommands(host, host.runtime());
    private final ThreadIOImpl streams = new ThreadIOImpl();
    private CommandProcessorImpl gogo;

    @BeforeEach
    void startGogo() {
        streams.start();
        gogo = new CommandProcessorImpl(streams);
        add(look);
        add(change);
        add(dirty);
        add(swap);
        gogo.addCommand("test", new Filter(), "grep");
    }

    @AfterEach
    void stopGogo() {
        gogo.stop();
        streams.stop();
    }

    private void add(Object commands) {
        functions(commands.getClass()).forEach(function -> gogo.addCommand("dma", commands, function));
    }

    /** The functions that the component's description declares. */
    private static List<String> functions(Class<?> component) {
        try {
            String xml = description(component);
            String open = "<property name=\"osgi.command.function\" type=\"String\"";
            String rest = xml.substring(xml.indexOf(open) + open.length());
            // A single value is an attribute, several are lines.
            return rest.startsWith(">")
                    ? rest.substring(1, rest.indexOf("</property>")).strip().lines().toList()
                    : List.of(rest.split("\"", 3)[1]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String description(Class<?> component) throws IOException {
        try (InputStream description = component.getResourceAsStream("/OSGI-INF/" + component.getName() + ".xml")) {
            return new String(description.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void rulesAreTriedOutOnASpacesView(@TempDir Path directory) throws Exception {
        give(change, host);
        look.drafts = host.drafts;
        Path rules = Files.writeString(directory.resolve("house.cfg"), "rules = low\nlow.when = (start<=0xfffff)\n");
        run("dma:open vm0");
        run("dma:load vm0 guest.mtree");

        assertThat(run("dma:rules " + rules))
                .contains("policies  strict", "then  skip, house/low: it is low", "skipped  640 KiB in 1 range");
        assertThat(run("dma:spaces")).contains("vm0").doesNotContain("dma:rules");
    }

    @Test
    void theDoctorSaysWhatTheExaminersFound() throws Exception {
        look.examiners = List.of(() -> List.of(new Finding(
                "kernel.release", Finding.Level.OK, "kernel", "Linux 7.3.4", "", "", "", List.of())));

        assertThat(run("dma:doctor")).isEqualTo("""
                in order
                  kernel  Linux 7.3.4

                no problems, no warnings: devices can be used""");
    }

    @Test
    void writtenPagesAreLoggedFromTheFirstQuestionOn() throws Exception {
        give(change, host);
        run("dma:open lab");
        assertThat(run("dma:dirty lab end")).isEqualTo("nothing is logged");
        assertThat(run("dma:dirty lab"))
                .isEqualTo("logging pages of 4 KiB that devices write, which counts all that they can write as written;"
                        + " ask again");
        assertThat(run("dma:dirty lab")).isEqualTo("0x1000-0x1fff  4 KiB\n4 KiB written");
        assertThat(run("dma:dirty lab")).isEqualTo("nothing was written");
        assertThatThrownBy(() -> run("dma:dirty lab stop")).hasMessageContaining("'stop' is not 'end'");
        assertThat(run("dma:dirty lab end")).isEqualTo("ended");
    }

    @Test
    void aLogThatCannotBeEndedKeepsNoOther() throws Exception {
        give(change, host);
        for (String space : List.of("one", "two")) {
            run("dma:open " + space);
            run("dma:dirty " + space);
            host.failing.put("end the log of " + space, new IommuException("end the log", space + " is stuck", ""));
        }

        assertThatThrownBy(dirty::endAll).hasMessageContaining("is stuck").satisfies(
                failure -> assertThat(failure.getSuppressed()).hasSize(1));
        assertThat(host.events).contains("end the log of one", "end the log of two");
    }

    @Test
    void whatIsPendingIsToldAndDecidedOn() throws Exception {
        give(change, host);
        run("dma:open lab");
        run("dma:open other");
        assertThat(run("dma:pending")).isEqualTo("nothing is pending");
        Plan refusing = new Plan(FlatView.EMPTY, IovaLimits.intersect(4096, List.of()), List.of("strict"), List.of());
        host.pending.put("lab", new Pending("policy 'strict' arrived", "it is secret", Optional.of(refusing)));
        assertThat(run("dma:pending")).isEqualTo("lab: policy 'strict' arrived\n    it is secret");

        assertThat(run("dma:accept")).isEqualTo("accepted: 0 B mapped, 0 B unmapped, 0 B kept");
        assertThat(run("dma:pending")).isEqualTo("nothing is pending");

        host.pending.put("other", new Pending("policy 'strict' left", "it is gone", Optional.empty()));
        assertThatThrownBy(() -> run("dma:accept")).hasMessageContaining("no plan could be made: it is gone");
        assertThat(run("dma:discard")).isEqualTo("'policy 'strict' left' leaves everything as it is");
        assertThat(run("dma:discard other")).isEqualTo("nothing was pending");

        assertThat(run("dma:adopt lab")).isEqualTo("backend iommufd has lab");
        assertThat(host.events).contains("adopt lab");
    }

    @Test
    void aSpaceIsMovedToAnotherBackend() throws Exception {
        run("dma:open lab");
        assertThat(run("dma:move lab vfio"))
                .isEqualTo("backend vfio has lab: 0 B mapped, 0 B unmapped, 1 MiB kept, of it 1 MiB mapped again");
        host.failing.put("move lab to vfio", new IommuException("move", "the table would be another", ""));
        assertThatThrownBy(() -> run("dma:move lab vfio")).hasMessageContaining("the table would be another");
    }

    @Test
    void aPluginInQuarantineIsTriedOutAgain() throws Exception {
        give(change, host);
        host.quarantined.add("vma");
        assertThat(run("dma:release vma")).isEqualTo("'vma' is tried out again: see dma:plugins");
        assertThatThrownBy(() -> run("dma:release vma")).hasMessageContaining("no plugin of that name is in quarantine");
    }

    @Test
    void aSpaceGoesThroughItsWholeLife() throws Exception {
        give(change, host);
        assertThat(run("dma:spaces")).isEqualTo("no address space is open");
        assertThat(run("dma:open lab")).isEqualTo("opened lab on iommufd, policy strict");
        assertThat(run("dma:load lab guest.mtree")).isEqualTo(
                "loaded flat view 'memory' of 7 sections: 1960 KiB mapped, 0 B unmapped, 0 B kept");
        assertThat(run("dma:preflight 0000:00:10.0"))
                .contains("plug     0000:00:10.0", "it would be attached", "kept         1960 KiB");
        assertThat(run("dma:attach 0000:00:10.0")).isEqualTo("attached 0000:00:10.0 to lab, which maps 1960 KiB");
        assertThat(run("dma:spaces")).isEqualTo("""
                space  state   version  backend  policy  mappings  mapped    pinned    devices
                lab    active  2        iommufd  strict  4         1960 KiB  1960 KiB  0000:00:10.0""");
        assertThat(run("dma:why 0x100000")).isEqualTo("0x100000 is MAP by fake/memory\n4 mappings are installed.");
        assertThat(run("dma:plan lab")).contains("guest view   memory, 7 sections", "map rw file  pc.ram (ram)");
        assertThat(run("dma:detach 0000:00:10.0 lab")).isEqualTo(
                "detached 0000:00:10.0: 1960 KiB mapped, 1960 KiB unmapped, 0 B kept");
        assertThat(run("dma:close lab")).isEqualTo("closed lab");
        assertThat(host.spaces()).isEmpty();
        assertThat(host.memory.open()).isZero();
    }

    @Test
    void aSpaceIsOpenedAsAskedFor() throws Exception {
        assertThat(run("dma:open lab iommufd strict qemu")).isEqualTo("opened lab on iommufd, policy qemu+strict");
        assertThatThrownBy(() -> run("dma:open other vfio")).hasMessageContaining("no backend 'vfio'");
    }

    @Test
    void addressesAreUnsignedAndHexadecimalOrDecimal() throws Exception {
        run("dma:open lab");
        assertThat(run("dma:why 0xffffffffffffffff lab")).startsWith("0xffffffffffffffff shows nothing");
        assertThat(run("dma:why 4276092928")).startsWith("0xfee00000 shows nothing");
        assertThatThrownBy(() -> run("dma:why fee00000"))
                .isInstanceOf(IommuException.class)
                .hasMessageContaining("read address 'fee00000'");
    }

    @Test
    void withoutANameTheOnlySpaceIsMeant() throws Exception {
        assertThatThrownBy(() -> run("dma:plan")).hasMessageContaining("no address space is open");
        run("dma:open a");
        assertThat(run("dma:plan")).contains("guest view   empty");
        run("dma:open b");
        assertThatThrownBy(() -> run("dma:plan")).hasMessageContaining("open are a, b; remedy: name one");
        assertThatThrownBy(() -> run("dma:plan c")).hasMessageContaining("find address space 'c': open are a, b");
    }

    @Test
    void everyTextCanBePiped() throws Exception {
        assertThat(run("dma:plugins | test:grep strict")).startsWith("policy   strict   active").hasLineCount(1);
        assertThat(run("dma:help | test:grep dma:why")).contains("why devices can or cannot reach an address");
        assertThat(run("dma:devices iommufd | test:grep 1af4")).isEqualTo(
                "0000:00:12.0  5      -         1af4:1110 ivshmem");
    }

    @Test
    void theHelpNamesEveryCommandThatIsRegistered() throws Exception {
        String help = run("dma:help");
        assertThat(functions(LookCommands.class)).contains("plan").allSatisfy(
                name -> assertThat(help).contains("dma:" + name));
        assertThat(functions(ChangeCommands.class)).contains("attach").allSatisfy(
                name -> assertThat(help).contains("dma:" + name));
    }

    @Test
    void aViewThatCannotBeMappedGivesItsMemoryBack() throws Exception {
        give(change, host);
        run("dma:open lab");
        host.failing.put("commit", new IommuException("commit", "no", ""));
        assertThatThrownBy(() -> run("dma:load lab guest.mtree devices.json")).hasMessage("commit: no");
        assertThat(host.settings).containsEntry("memory-devices", "devices.json");
        assertThat(host.memory.open()).isZero();
    }

    @Test
    void loadingAgainFreesWhatWasLoadedBefore() throws Exception {
        give(change, host);
        run("dma:open lab");
        run("dma:load lab guest.mtree");
        run("dma:load lab guest.mtree");
        assertThat(host.memory.allocated).hasSize(4);
        assertThat(host.memory.open()).isEqualTo(2);
    }

    @Test
    void whatIsLoadedOutlivesTheCommandThatLoadedIt() throws IOException {
        assertThat(description(ChangeCommands.class)).contains("immediate=\"true\"");
    }

    @Test
    void spacesOnMemoryOfThisBundleCloseWithIt() throws Exception {
        give(change, host);
        run("dma:open lab");
        run("dma:load lab guest.mtree");
        run("dma:open bare");
        change.closeLoaded();
        assertThat(host.spaces()).extracting(space -> space.options().name()).containsExactly("bare");
        assertThat(host.memory.open()).isZero();
    }

    @Test
    void whatOutlivesTheProcessIsLeftAsItIs() throws Exception {
        give(change, host);
        assertThat(run("dma:open lab iommufd --lasting strict"))
                .isEqualTo("opened lab on iommufd, policy strict, to outlive this process");
        run("dma:load lab guest.mtree");
        change.closeLoaded();
        assertThat(host.spaces()).singleElement().satisfies(space ->
                assertThat(space.options().lasting()).isTrue());
        assertThat(host.memory.open()).isPositive();
    }

    @Test
    void loadingWithoutAnAllocatorSaysWhatIsMissing() throws Exception {
        run("dma:open lab");
        assertThatThrownBy(() -> run("dma:load lab guest.mtree")).hasMessageContaining("no HostMemoryAllocator");
    }

    private static void give(ChangeCommands commands, FakeDma host) {
        commands.memory = host.memory;
    }

    private String run(String line) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (CommandSession session = gogo.createSession(new ByteArrayInputStream(new byte[0]), out, out)) {
            Object result = session.execute(line);
            session.getConsole().flush();
            return (result == null ? out.toString(StandardCharsets.UTF_8) : result.toString()).stripTrailing();
        }
    }

    /** Lets lines with a word through, as grep does. */
    public static final class Filter {

        public String grep(String word) throws IOException {
            // Gogo gives each part of a pipe standard streams of its own.
            String text = new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
            return text.lines().filter(line -> line.contains(word)).collect(Collectors.joining("\n"));
        }
    }
}
