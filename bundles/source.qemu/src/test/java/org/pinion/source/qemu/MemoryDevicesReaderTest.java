package org.pinion.source.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.IommuException;
import org.pinion.api.Section;
import org.pinion.api.SectionFacts;
import org.pinion.api.SectionKind;

class MemoryDevicesReaderTest {

    private static final String VIRTIO_MEM = """
            {"type":"virtio-mem","data":{"memdev":"/objects/m","memaddr":4294967296,"block-size":2097152,
             "size":4194304,"requested-size":8388608,"max-size":16777216,"node":0,"id":"vm0"}}""";
    private static final String DIMM =
            "{\"type\":\"dimm\",\"data\":{\"addr\":8589934592,\"size\":4096,\"id\":\"d0\",\"slot\":0}}";

    private static List<Section> annotate(String json, Section... sections) throws IommuException {
        return MemoryDevicesReader.parse("devices.json", json).annotate(List.of(sections));
    }

    private static Section section(SectionKind kind, long start, long last) {
        return new Section(
                new AddressRange(start, last), kind, Backing.NONE, Access.READ_WRITE, "x", "", Map.of("own", "fact"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[%s,%s]", "{\"return\":[%s,%s],\"id\":1}", "\r\n [ %s , %s ] \r\n"})
    void theListAndTheWholeReplyAreRead(String shape) throws IommuException {
        List<Section> sections = annotate(
                shape.formatted(VIRTIO_MEM, DIMM),
                section(SectionKind.RAM, 0, 0xfff),
                section(SectionKind.RAM, 0x100000000L, 0x100ffffffL),
                section(SectionKind.RAM, 0x200000000L, 0x200000fffL));
        assertThat(sections).extracting(section -> section.facts().get(SectionFacts.MEMORY_DEVICE))
                .containsExactly(null, "virtio-mem", "dimm");
        assertThat(sections.get(1).facts())
                .containsEntry(SectionFacts.PLUGGED_SIZE, "4194304")
                .containsEntry("own", "fact");
    }

    @ParameterizedTest
    @CsvSource({"nvdimm,addr", "virtio-pmem,memaddr", "sgx-epc,memaddr"})
    void theOtherKindsAreRead(String type, String address) throws IommuException {
        String json = "[{\"type\":\"%s\",\"data\":{\"%s\":4096,\"size\":8192}}]".formatted(type, address);
        assertThat(annotate(json, section(SectionKind.RAM, 0x1000, 0x2fff)).getFirst().facts())
                .containsEntry(SectionFacts.MEMORY_DEVICE, type);
    }

    @Test
    void aBalloonHasAnAddressOnlyOnceItAddedMemory() throws IommuException {
        assertThat(annotate("[{\"type\":\"hv-balloon\",\"data\":{\"max-size\":0,\"id\":\"b\"}}]")).isEmpty();
        String added = "[{\"type\":\"hv-balloon\",\"data\":{\"memaddr\":4096,\"max-size\":4096}}]";
        assertThat(annotate(added, section(SectionKind.RAM, 0x1000, 0x1fff)).getFirst().facts())
                .containsEntry(SectionFacts.MEMORY_DEVICE, "hv-balloon");
    }

    @Test
    void aDeviceThatNoSectionShowsIsIgnored() throws IommuException {
        Section other = section(SectionKind.RAM, 0, 0xfff);
        assertThat(annotate("[" + VIRTIO_MEM + "]", other)).containsExactly(other);
    }

    @Test
    void theWindowOfAnotherAddressSpaceIsNoContradiction() throws IommuException {
        Section window = section(SectionKind.IOMMU, 0, -1L);
        assertThat(annotate("[" + DIMM + "]", window)).containsExactly(window);
    }

    @Test
    void aSectionThatStretchesBeyondItsDeviceIsAContradiction() {
        assertThatThrownBy(() -> annotate("[" + DIMM + "]", section(SectionKind.RAM, 0x200000000L, 0x200001fffL)))
                .isInstanceOf(IommuException.class)
                .hasMessageContaining("read devices.json: dimm 'd0' at 0x200000000-0x200000fff contradicts"
                        + " the memory tree: the memory tree shows 'x' at 0x200000000-0x200001fff (ram), which stretches beyond it");
    }

    @Test
    void registersInsideADeviceAreAContradiction() {
        Section registers = section(SectionKind.MMIO, 0x100000000L, 0x100000fffL);
        assertThatThrownBy(() -> annotate("[" + VIRTIO_MEM + "]", registers))
                .isInstanceOf(IommuException.class)
                .hasMessageContaining("which is not memory");
    }

    @Test
    void devicesThatOverlapAreRefused() {
        assertThatThrownBy(() -> annotate("[" + DIMM + "," + DIMM + "]"))
                .isInstanceOf(IommuException.class)
                .hasMessageContaining("dimm 'd0' at 0x200000000-0x200000fff overlaps dimm 'd0'");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {} | neither a list of memory devices nor a QMP reply
            7                                                                   | neither a list
            [7] | [0] must be an object, not 7
            [{"data":{}}] | [0].type must be a string, not missing or null
            [{"type":"dimm"}] | [0].data must be an object, not missing or null
            [{"type":"dimm","data":[]}] | [0].data must be an object, not a list
            [{"type":"dimm","data":{"size":1}}] | [0].data.addr must be a whole number, not missing
            [{"type":"dimm","data":{"addr":"0x0","size":1}}] | [0].data.addr must be a whole number, not "0x0"
            [{"type":"dimm","data":{"addr":-1,"size":1}}] | [0].data.addr must be a whole number from 0 to 2^64-1, not -1
            [{"type":"dimm","data":{"addr":18446744073709551616,"size":1}}] | must be a whole number from 0 to 2^64-1
            [{"type":"dimm","data":{"addr":1.5,"size":1}}] | must be a whole number
            [{"type":"dimm","data":{"addr":0,"size":0}}] | cannot have a size of 0
            [{"type":"dimm","data":{"addr":18446744073709551615,"size":2}}] | end past 2^64-1
            [{"type":"flux","data":{}}] | [0] has the type 'flux'
            [{"type":"virtio-mem","data":{"memaddr":0,"size":3,"max-size":4,"block-size":2}}] | contradicts itself
            [{"type":"virtio-mem","data":{"memaddr":0,"size":6,"max-size":4,"block-size":2}}] | contradicts itself
            [{"type":"virtio-mem","data":{"memaddr":0,"size":2,"max-size":4,"block-size":0}}] | contradicts itself
            [{"type":"virtio-mem","data":{"memaddr":0,"size":2,"max-size":4}}] | .block-size must be a whole number, not missing
            [{"type":"dimm","data":{"addr":0, | line 1: it is not valid JSON, or cut short
            hello | line 1: it is not valid JSON
            [] [] | something follows the end of the JSON text
            """)
    void aWrongShapeIsNamedByItsKey(String json, String message) {
        assertThatThrownBy(() -> annotate(json))
                .isInstanceOf(IommuException.class)
                .hasMessageStartingWith("read devices.json")
                .hasMessageContaining(message)
                .hasMessageContaining("; remedy: ");
    }
}
