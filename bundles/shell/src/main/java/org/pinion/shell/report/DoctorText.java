package org.pinion.shell.report;

import java.util.ArrayList;
import java.util.List;
import org.pinion.api.runtime.Finding;
import org.pinion.api.runtime.Finding.Level;

/**
 * What was found out about the host, for people: what hinders, each with its remedy; what is worth knowing, neighbours
 * of the same kind with one remedy; what is in order, a line each; and the verdict.
 */
public final class DoctorText {

    private static final int WIDTH = 100;
    private static final String PROMPT = "# ";

    private final StringBuilder text = new StringBuilder();
    private final int subjectWidth;

    private DoctorText(Examination examination) {
        this.subjectWidth = examination.findings().stream()
                .mapToInt(finding -> finding.subject().length())
                .filter(length -> length <= WIDTH / 3)
                .max()
                .orElse(0);
    }

    /**
     * @param examination what was found out
     * @return the text, ended by a newline
     */
    public static String of(Examination examination) {
        DoctorText doctor = new DoctorText(examination);
        doctor.blocks(examination.findings().stream().filter(DoctorText::hinders).toList());
        doctor.list("worth knowing", examination, Level.INFO);
        doctor.list("in order", examination, Level.OK);
        doctor.text.append(verdict(examination)).append('\n');
        return doctor.text.toString();
    }

    private static boolean hinders(Finding finding) {
        return finding.level() == Level.PROBLEM || finding.level() == Level.WARNING;
    }

    /** What has the same remedy gets it once, with the commands of all. */
    private void blocks(List<Finding> findings) {
        for (int i = 0; i < findings.size(); i++) {
            Finding finding = findings.get(i);
            head(finding);
            if (i + 1 < findings.size() && isAlike(finding, findings.get(i + 1))) {
                continue;
            }
            words(finding, "  ");
            findings.subList(0, i + 1).stream().filter(other -> isAlike(finding, other)).forEach(
                    alike -> commands(alike, "  "));
            text.append('\n');
        }
    }

    private static boolean isAlike(Finding one, Finding other) {
        return one.level() == other.level() && one.id().equals(other.id())
                && one.meaning().equals(other.meaning()) && one.remedy().equals(other.remedy());
    }

    private void head(Finding finding) {
        String source = finding.source().isEmpty() || finding.found().contains(finding.source())
                ? ""
                : " [" + finding.source() + "]";
        paragraph("", finding.level() + "  " + finding.subject() + ": " + finding.found() + source, "    ");
    }

    private void list(String title, Examination examination, Level level) {
        List<Finding> kin = new ArrayList<>();
        List<Finding> all =
                examination.findings().stream().filter(finding -> finding.level() == level).toList();
        text.append(all.isEmpty() ? "" : title + "\n");
        for (Finding finding : all) {
            if (!kin.isEmpty() && !kin.getLast().id().equals(finding.id())) {
                rows(kin);
            }
            kin.add(finding);
        }
        rows(kin);
        text.append(all.isEmpty() ? "" : "\n");
    }

    private void rows(List<Finding> kin) {
        for (Finding finding : kin) {
            row(finding);
        }
        if (!kin.isEmpty() && kin.getFirst().level() == Level.INFO) {
            words(kin.getFirst(), "      ");
            commands(kin.getFirst(), "      ");
            if (kin.size() > 1 && !kin.getFirst().commands().isEmpty()) {
                text.append("      likewise for the others; --json has the commands of each\n");
            }
        }
        kin.clear();
    }

    private void row(Finding finding) {
        String subject = finding.subject();
        int room = Math.max(WIDTH - subjectWidth - 4, WIDTH / 3);
        String indent = " ".repeat(subjectWidth + 4);
        if (subject.length() > subjectWidth) {
            text.append("  ").append(subject).append('\n');
            subject = "";
        }
        List<String> lines = Wrapped.lines(finding.found(), room);
        text.append("  ").append(subject).repeat(' ', subjectWidth - subject.length() + 2).append(lines.getFirst());
        text.append('\n');
        lines.stream().skip(1).forEach(line -> text.append(indent).append(line).append('\n'));
    }

    private void words(Finding finding, String indent) {
        if (!finding.meaning().isEmpty()) {
            paragraph(indent, finding.meaning(), indent);
        }
        if (!finding.remedy().isEmpty()) {
            paragraph(indent, "remedy: " + finding.remedy(), indent + "  ");
        }
    }

    private void commands(Finding finding, String indent) {
        finding.commands().forEach(
                command -> text.append(indent).append("  ").append(PROMPT).append(command).append('\n'));
    }

    private void paragraph(String indent, String words, String hanging) {
        List<String> lines = Wrapped.lines(words, WIDTH - hanging.length());
        text.append(indent).append(lines.getFirst()).append('\n');
        lines.stream().skip(1).forEach(line -> text.append(hanging).append(line).append('\n'));
    }

    private static String verdict(Examination examination) {
        String counts = Counted.orNo(examination.count(Level.PROBLEM), "problem") + ", "
                + Counted.orNo(examination.count(Level.WARNING), "warning");
        return counts + ": " + (examination.usable() ? "devices can be used" : "no device can be used as things are");
    }
}
