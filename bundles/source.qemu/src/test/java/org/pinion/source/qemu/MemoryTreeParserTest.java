package org.pinion.source.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pinion.api.IommuException;
import org.pinion.source.qemu.MemoryTree.Space;

class MemoryTreeParserTest {

    private static final String LINE = "  0000000000000000-00000000000bffff (prio 0, ram): pc.ram";

    static List<String> captures() throws IOException {
        return Captures.names();
    }

    @ParameterizedTest
    @MethodSource("captures")
    void everyLineOfARealCaptureIsRead(String name) throws IOException, IommuException {
        String text = Captures.text(name + ".mtree-owners");
        MemoryTree tree = Text.tree(text);
        assertThat(tree.views()).hasSize((int) text.lines().filter(line -> line.startsWith("FlatView")).count());
        assertThat(tree.views().stream().mapToInt(view -> view.ranges().size()).sum())
                .isEqualTo((int) text.lines().filter(line -> line.contains(" (prio ")).count());
        assertThat(tree.views().stream().mapToInt(view -> view.spaces().size()).sum())
                .isEqualTo((int) text.lines().filter(line -> line.startsWith(" AS ")).count());
    }

    @ParameterizedTest
    @MethodSource("captures")
    void carriageReturnsAreNoPartOfALine(String name) throws IOException, IommuException {
        String text = Captures.text(name + ".mtree");
        assertThat(Text.tree(text.replace("\n", "\r\n"))).isEqualTo(Text.tree(text));
    }

    @Test
    void anAddressSpaceMayHaveAColonInItsNameAndAnAlias() throws IommuException {
        MemoryTree tree = Text.tree("""
                FlatView #0
                 AS "cxl-type3-dpa-space:cxl-pmem0", root: cxlm, alias backing
                 Root memory region: cxlm
                  No rendered FlatView

                """);
        assertThat(tree.views().getFirst().spaces())
                .containsExactly(new Space("cxl-type3-dpa-space:cxl-pmem0", "cxlm"));
        assertThat(tree.views().getFirst().ranges()).isEmpty();
    }

    @Test
    void theDispatchTreeThatDashDAddsIsPassedOver() throws IommuException {
        MemoryTree tree = Text.tree(Text.view(
                LINE,
                "  Dispatch",
                "    Physical sections",
                "      #0 @0000000000000000..ffffffffffffffff (noname) [unassigned]",
                "    Nodes (9 bits per level, 6 levels) ptr=[3] skip=4",
                "      [0]",
                "\t  1..511  skip=1  ptr=NIL"));
        assertThat(tree.views().getFirst().ranges()).hasSize(1);
    }

    @Test
    void whatTheMonitorPrintsAroundTheTreeIsPassedOver() throws IommuException {
        String terminal = "QEMU 7.2.22 monitor - type 'help' for more information\r\n(qemu) info mtree -f\r\n"
                + Text.view(LINE) + "(qemu) ";
        assertThat(Text.tree(terminal).views()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"address-space: memory\n  0000\n", "memory-region: pc.ram\n"})
    void aTreeWithoutDashFIsRecognised(String text) {
        assertThatThrownBy(() -> Text.tree(text))
                .isInstanceOf(IommuException.class)
                .hasMessage("read guest.mtree line 1: this is the output of 'info mtree' without -f;"
                        + " remedy: capture 'info mtree -f -o' instead");
    }

    @Test
    void anotherTextIsNoTree() {
        assertThatThrownBy(() -> Text.tree("root:x:0:0:root:/root:/bin/bash\n"))
                .isInstanceOf(IommuException.class)
                .hasMessageContaining("line 1: this is not the output of 'info mtree -f': \"root:x:0:0");
    }

    @Test
    void aTextOfPromptsOnlyHasNoView() {
        assertThatThrownBy(() -> Text.tree("(qemu) info mtree -f\n"))
                .isInstanceOf(IommuException.class)
                .hasMessageContaining("there is no flat view in it");
    }

    @Test
    void aCutInsideALineIsNoticed() {
        String whole = Text.view(LINE, LINE);
        assertThatThrownBy(() -> Text.tree(whole.substring(0, whole.length() - 5)))
                .isInstanceOf(IommuException.class)
                .hasMessageContaining("line 5: the capture ends in the middle of the line");
    }

    @Test
    void aCutBetweenTwoLinesIsNoticed() {
        String whole = Text.view(LINE, LINE);
        assertThatThrownBy(() -> Text.tree(whole.substring(0, whole.length() - 1)))
                .isInstanceOf(IommuException.class)
                .hasMessageContaining("line 5: the capture ends without the empty line that ends every flat view");
    }

    @Test
    void aViewThatBeginsBeforeTheLastHasEndedIsRefused() {
        assertThatThrownBy(() -> Text.tree(Text.view(LINE, "FlatView #1")))
                .isInstanceOf(IommuException.class)
                .hasMessageContaining("line 5: a flat view begins where the one before has not ended");
    }

    /** A shorter capture must never pass for a smaller machine. */
    @Test
    void noPrefixOfACaptureGivesAnotherViewOfMemory() throws IOException, IommuException {
        String whole = Captures.text("q35-p2p.mtree-owners");
        List<Range> ranges = new ViewChoice(Text.tree(whole)).of("memory").ranges();
        for (int length = 0; length < whole.length(); length += 7) {
            String cut = whole.substring(0, length);
            try {
                assertThat(new ViewChoice(Text.tree(cut)).of("memory").ranges()).isEqualTo(ranges);
            } catch (IommuException e) {
                assertThat(e.remedy()).isNotEmpty();
            }
        }
    }

    @Test
    void aMillionLinesAreRead() throws IommuException {
        StringBuilder text = new StringBuilder(Text.view().stripTrailing()).append('\n');
        for (long i = 0; i < 1_000_000; i++) {
            text.append("  %016x-%016x (prio 0, ram): pc.ram @%016x owner:{obj path=/objects/pc.ram}%n"
                    .formatted(i << 12, (i << 12) + 0xfff, i << 12));
        }
        MemoryTree tree = Text.tree(text.append('\n').toString());
        Capture capture = new Capture(tree, MemoryDevices.NONE);
        assertThat(capture.flatView(Optional.of("memory")).sections()).hasSize(1_000_000);
    }
}
