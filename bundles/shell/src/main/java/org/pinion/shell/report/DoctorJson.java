package org.pinion.shell.report;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.pinion.api.runtime.Finding;

/** What was found out about the host, for programs. */
public final class DoctorJson {

    private DoctorJson() {}

    /**
     * @param examination what was found out
     * @return an object of JSON
     */
    public static Map<String, Object> of(Examination examination) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("usable", examination.usable());
        object.put("reason", examination.obstacle()
                .map(problem -> problem.subject() + ": " + problem.found())
                .orElse(""));
        object.put("findings", examination.findings().stream().map(DoctorJson::finding).toList());
        return object;
    }

    private static Map<String, Object> finding(Finding finding) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("id", finding.id());
        object.put("level", finding.level().name().toLowerCase(Locale.ROOT));
        object.put("subject", finding.subject());
        object.put("found", finding.found());
        object.put("source", finding.source());
        object.put("meaning", finding.meaning());
        object.put("remedy", finding.remedy());
        object.put("commands", finding.commands());
        return object;
    }
}
