package org.pinion.shell.report;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.pinion.api.IommuException;
import org.pinion.api.runtime.Finding;
import org.pinion.api.runtime.Finding.Level;
import org.pinion.api.runtime.HostExaminer;

/**
 * What was found out about the host.
 *
 * @param findings the findings, the gravest first
 */
public record Examination(List<Finding> findings) {

    /** Sorts the findings by level; what is equally grave stays in order. */
    public Examination {
        findings = findings.stream().sorted(Comparator.comparing(Finding::level)).toList();
    }

    /**
     * @param examiners who looks
     * @return what they found
     * @throws IommuException if there is nobody to look
     */
    public static Examination by(List<HostExaminer> examiners) throws IommuException {
        if (examiners.isEmpty()) {
            throw new IommuException(
                    "examine the host",
                    "no HostExaminer service is there",
                    "start org.pinion.doctor and a kernel's bundle");
        }
        return new Examination(examiners.stream().flatMap(examiner -> examiner.examine().stream()).toList());
    }

    /** {@return the first problem, if there is one} */
    public Optional<Finding> obstacle() {
        return findings.stream().filter(finding -> finding.level() == Level.PROBLEM).findFirst();
    }

    /** {@return whether devices can be used} */
    public boolean usable() {
        return obstacle().isEmpty();
    }

    /**
     * @param level a level
     * @return how many findings have it
     */
    public long count(Level level) {
        return findings.stream().filter(finding -> finding.level() == level).count();
    }
}
