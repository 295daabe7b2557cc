package org.pinion.shell.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.pinion.api.IommuFacts;

/** What an IOMMU says of itself, for people and for programs. */
final class IommuWords {

    private IommuWords() {}

    /** {@return a line such as {@code Intel VT-d, written pages told: no, 20 bits of PASID}} */
    static String text(IommuFacts iommu) {
        if (iommu.equals(IommuFacts.UNKNOWN)) {
            return "nothing is known of it, or there is none";
        }
        List<String> words = new ArrayList<>();
        words.add(iommu.type().isEmpty() ? "of a kind that is not known" : iommu.type());
        words.add("written pages told: " + iommu.dirtyPages().words());
        if (iommu.pasidBits() != 0) {
            words.add(iommu.pasidBits() + " bits of PASID");
        }
        words.addAll(iommu.features());
        return String.join(", ", words);
    }

    /** {@return an object of JSON; what is not known is not there} */
    static Map<String, Object> json(IommuFacts iommu) {
        Map<String, Object> object = new LinkedHashMap<>();
        if (!iommu.type().isEmpty()) {
            object.put("type", iommu.type());
        }
        if (iommu.dirtyPages() != IommuFacts.DirtyPages.UNKNOWN) {
            object.put("dirtyPages", iommu.dirtyPages().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        }
        if (iommu.pasidBits() != 0) {
            object.put("pasidBits", iommu.pasidBits());
        }
        if (!iommu.features().isEmpty()) {
            object.put("features", iommu.features());
        }
        return object;
    }
}
