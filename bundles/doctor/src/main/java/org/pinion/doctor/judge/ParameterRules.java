package org.pinion.doctor.judge;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.pinion.api.runtime.Finding;
import org.pinion.api.runtime.Finding.Level;
import org.pinion.doctor.facts.HostFacts;
import org.pinion.doctor.facts.ModuleParameters;

/** What the parameters of modules allow. */
final class ParameterRules {

    private static final Map<String, String> UNSAFE = Map.of(
            ModuleParameters.UNSAFE_INTERRUPTS_IOMMUFD, "iommufd",
            ModuleParameters.UNSAFE_INTERRUPTS_TYPE1, "vfio_iommu_type1");

    /** The kernel's own choice (drivers/vfio/vfio_iommu_type1.c). */
    private static final int USUAL_ENTRIES = 65535;

    private ParameterRules() {}

    static List<Finding> of(HostFacts host) {
        Map<String, String> parameters = host.kernel().parameters();
        List<Finding> findings = new ArrayList<>();
        UNSAFE.entrySet().stream().sorted(Map.Entry.comparingByValue()).forEach(module -> {
            if (parameters.containsKey(module.getKey())) {
                findings.add(unsafeInterrupts(module.getKey(), module.getValue(), parameters.get(module.getKey())));
            }
        });
        String limit = parameters.get(ModuleParameters.DMA_ENTRY_LIMIT);
        if (limit != null) {
            findings.add(entries(limit));
        }
        return findings;
    }

    private static Finding unsafeInterrupts(String file, String module, String value) {
        Note note = Note.of(Level.INFO, "unsafe-interrupts", module).in(file);
        return value.startsWith("Y")
                ? note.found("allow_unsafe_interrupts is on")
                        .means("devices are taken although nothing keeps them from raising interrupts that are not"
                                + " theirs: trust whoever controls the devices")
                        .finding()
                : note.found("allow_unsafe_interrupts is off")
                        .means("where the IOMMU does not isolate interrupts, the kernel refuses every device with"
                                + " EPERM")
                        .remedy("only for EPERM, and only if whoever controls the devices is trusted",
                                "echo Y > " + file)
                        .finding();
    }

    private static Finding entries(String value) {
        boolean usual = value.matches("\\d{1,18}") && Long.parseLong(value) >= USUAL_ENTRIES;
        Note note = Note.of(usual ? Level.OK : Level.WARNING, "dma-entry-limit", "dma_entry_limit")
                .found(value + " mappings in a VFIO container")
                .in(ModuleParameters.DMA_ENTRY_LIMIT);
        return usual
                ? note.finding()
                : note.means("more mappings than that fail with ENOSPC on backend vfio; a guest needs some dozens")
                        .remedy("set it to the kernel's own " + USUAL_ENTRIES,
                                "echo " + USUAL_ENTRIES + " > " + ModuleParameters.DMA_ENTRY_LIMIT)
                        .finding();
    }
}
