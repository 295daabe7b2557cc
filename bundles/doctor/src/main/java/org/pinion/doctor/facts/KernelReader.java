package org.pinion.doctor.facts;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;

/** Reads what the kernel tells about itself. */
final class KernelReader {

    private static final String BUILT_IN_CONFIG = "/proc/config.gz";
    private static final List<String> PARAMETERS = List.of(
            ModuleParameters.UNSAFE_INTERRUPTS_IOMMUFD,
            ModuleParameters.UNSAFE_INTERRUPTS_TYPE1,
            ModuleParameters.DMA_ENTRY_LIMIT);

    private final HostFiles files;

    KernelReader(HostFiles files) {
        this.files = files;
    }

    KernelFacts read() {
        String release = files.word("/proc/sys/kernel/osrelease");
        KernelConfig config = config(release);
        Map<String, String> parameters = new TreeMap<>();
        PARAMETERS.forEach(file -> files.text(file).ifPresent(text -> parameters.put(file, text.strip())));
        return new KernelFacts(
                files.kernel().type(),
                files.kernel().description(),
                release,
                config,
                files.word("/proc/cmdline"),
                parts(config, release),
                parameters);
    }

    private KernelConfig config(String release) {
        Optional<KernelConfig> builtIn = files.bytes(BUILT_IN_CONFIG)
                .flatMap(packed -> files.reading(BUILT_IN_CONFIG, () -> unpack(packed)))
                .map(text -> KernelConfig.parse(BUILT_IN_CONFIG, text));
        return builtIn.or(() -> installedConfig(release)).orElse(KernelConfig.UNKNOWN);
    }

    private Optional<KernelConfig> installedConfig(String release) {
        if (release.isEmpty()) {
            return Optional.empty();
        }
        for (String file : List.of("/boot/config-" + release, "/lib/modules/" + release + "/config")) {
            Optional<String> text = files.text(file);
            if (text.isPresent()) {
                return text.map(found -> KernelConfig.parse(file, found));
            }
        }
        return Optional.empty();
    }

    private static String unpack(byte[] packed) throws IOException {
        try (GZIPInputStream unpacked = new GZIPInputStream(new ByteArrayInputStream(packed))) {
            return new String(unpacked.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private Map<KernelPart, Presence> parts(KernelConfig config, String release) {
        List<String> loaded = files.names("/sys/module");
        String modules = "/lib/modules/" + release;
        String builtIn = release.isEmpty() ? "" : files.word(modules + "/modules.builtin");
        String installed = release.isEmpty() ? "" : files.word(modules + "/modules.dep");
        Map<KernelPart, Presence> parts = new EnumMap<>(KernelPart.class);
        for (KernelPart part : KernelPart.values()) {
            String file = "/" + part.module() + ".ko";
            boolean there = loaded.contains(part.directory()) || builtIn.contains(file);
            parts.put(part, there ? Presence.THERE : notLoaded(config, part, installed.contains(file)));
        }
        return parts;
    }

    private static Presence notLoaded(KernelConfig config, KernelPart part, boolean installed) {
        return config.value(part.option())
                .map(value -> switch (value) {
                    case "y" -> Presence.THERE;
                    case "m" -> Presence.LOADABLE;
                    default -> Presence.ABSENT;
                })
                .orElse(installed ? Presence.LOADABLE : Presence.UNKNOWN);
    }
}
