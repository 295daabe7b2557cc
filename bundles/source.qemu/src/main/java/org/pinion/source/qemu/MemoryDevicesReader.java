package org.pinion.source.qemu;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.pinion.api.AddressRange;
import org.pinion.api.IommuException;
import org.pinion.api.SectionFacts;

/**
 * Reads the answer of {@code query-memory-devices}: the list itself or the whole QMP reply. The shapes are QAPI's
 * {@code PCDIMMDeviceInfo}, {@code VirtioMEMDeviceInfo}, {@code VirtioPMEMDeviceInfo}, {@code SgxEPCDeviceInfo} and
 * {@code HvBalloonDeviceInfo}.
 */
final class MemoryDevicesReader {

    static final String REMEDY = "capture the reply of the QMP command 'query-memory-devices' again, whole";

    private final Place place;

    private MemoryDevicesReader(Place place) {
        this.place = place;
    }

    static MemoryDevices parse(String origin, String text) throws IommuException {
        return read(origin, json(Place.of(origin), text));
    }

    static MemoryDevices read(String origin, Object answer) throws IommuException {
        MemoryDevicesReader reader = new MemoryDevicesReader(Place.of(origin));
        return MemoryDevices.of(reader.place, reader.devices(answer));
    }

    private static Object json(Place place, String text) throws IommuException {
        try (JsonParser parser = JSON.std.createParser(text)) {
            Object value = JSON.std.anyFrom(parser);
            if (parser.nextToken() != null) {
                throw place.at(parser.currentTokenLocation().getLineNr())
                        .fault("something follows the end of the JSON text", REMEDY);
            }
            return value;
        } catch (JacksonException e) {
            int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
            throw place.at(line).fault("it is not valid JSON, or cut short: " + e.getOriginalMessage(), REMEDY, e);
        } catch (IOException e) {
            throw place.fault("it is not valid JSON: " + e.getMessage(), REMEDY, e);
        }
    }

    private List<MemoryDevice> devices(Object answer) throws IommuException {
        Object list = answer instanceof Map<?, ?> reply ? reply.get("return") : answer;
        if (!(list instanceof List<?> elements)) {
            throw place.fault("it is neither a list of memory devices nor a QMP reply with a list as 'return'", REMEDY);
        }
        List<MemoryDevice> devices = new ArrayList<>();
        for (int i = 0; i < elements.size(); i++) {
            device(new JsonObject(place, "[" + i + "]", elements.get(i)), i).ifPresent(devices::add);
        }
        return devices;
    }

    private Optional<MemoryDevice> device(JsonObject element, int index) throws IommuException {
        String type = element.text("type");
        JsonObject data = element.object("data");
        String id = data.has("id") ? data.text("id") : "#" + index;
        return switch (type) {
            case "dimm", "nvdimm" -> Optional.of(plain(type, id, data, "addr"));
            case "virtio-pmem", "sgx-epc" -> Optional.of(plain(type, id, data, "memaddr"));
            case "virtio-mem" -> Optional.of(virtioMem(id, data));
            // A balloon has an address only once memory was hot-added through it.
            case "hv-balloon" -> data.has("memaddr") ? Optional.of(balloon(id, data)) : Optional.empty();
            default -> throw place.fault(
                    "%s has the type '%s', which is not a memory device known here".formatted(element.path(), type),
                    "remove the element if its memory does not matter");
        };
    }

    private MemoryDevice plain(String type, String id, JsonObject data, String address) throws IommuException {
        return new MemoryDevice(type, id, range(data, address, "size"), Map.of(SectionFacts.MEMORY_DEVICE, type));
    }

    private MemoryDevice balloon(String id, JsonObject data) throws IommuException {
        return new MemoryDevice(
                "hv-balloon",
                id,
                range(data, "memaddr", "max-size"),
                Map.of(SectionFacts.MEMORY_DEVICE, "hv-balloon"));
    }

    private MemoryDevice virtioMem(String id, JsonObject data) throws IommuException {
        AddressRange range = range(data, "memaddr", "max-size");
        long plugged = data.unsigned("size");
        long most = data.unsigned("max-size");
        long block = data.unsigned("block-size");
        if (block == 0 || Long.remainderUnsigned(plugged, block) != 0 || Long.compareUnsigned(plugged, most) > 0) {
            throw place.fault(
                    "%s contradicts itself: size %s, max-size %s, block-size %s".formatted(
                            data.path(),
                            Long.toUnsignedString(plugged),
                            Long.toUnsignedString(most),
                            Long.toUnsignedString(block)),
                    REMEDY);
        }
        Map<String, String> facts = new HashMap<>();
        facts.put(SectionFacts.MEMORY_DEVICE, "virtio-mem");
        facts.put(SectionFacts.PLUGGED_SIZE, Long.toUnsignedString(plugged));
        facts.put(SectionFacts.MAX_SIZE, Long.toUnsignedString(most));
        facts.put(SectionFacts.BLOCK_SIZE, Long.toUnsignedString(block));
        return new MemoryDevice("virtio-mem", id, range, facts);
    }

    private AddressRange range(JsonObject data, String address, String size) throws IommuException {
        try {
            return AddressRange.ofSize(data.unsigned(address), data.unsigned(size));
        } catch (IllegalArgumentException e) {
            throw place.fault("%s.%s and .%s: %s".formatted(data.path(), address, size, e.getMessage()), REMEDY, e);
        }
    }
}
