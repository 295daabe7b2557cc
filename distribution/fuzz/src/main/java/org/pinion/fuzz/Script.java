package org.pinion.fuzz;

import java.util.ArrayList;
import java.util.List;

/**
 * Operations, one a line, each with what the real kernel answered: {@code OPERATION -> ANSWER}. The first line names
 * the machine; lines that begin with {@code #} are for people.
 *
 * @param machine where it was recorded
 * @param steps the operations
 * @param answers what was answered; as many, or none
 */
record Script(Machine machine, List<Operation> steps, List<String> answers) {

    private static final String MACHINE = "machine ";
    private static final String ANSWER = " -> ";

    Script {
        steps = List.copyOf(steps);
        answers = List.copyOf(answers);
    }

    static Script parse(String text) {
        Machine machine = null;
        List<Operation> steps = new ArrayList<>();
        List<String> answers = new ArrayList<>();
        for (String line : text.lines().map(String::strip).toList()) {
            if (line.startsWith(MACHINE)) {
                machine = Machine.parse(line.substring(MACHINE.length()));
            } else if (!line.isEmpty() && !line.startsWith("#")) {
                int arrow = line.indexOf(ANSWER);
                steps.add(OperationText.parse(arrow < 0 ? line : line.substring(0, arrow)));
                if (arrow >= 0) {
                    answers.add(line.substring(arrow + ANSWER.length()));
                }
            }
        }
        if (machine == null) {
            throw new IllegalArgumentException("the script has no line 'machine RELEASE IOMMU'");
        }
        return new Script(machine, steps, answers);
    }

    String text() {
        StringBuilder text = new StringBuilder(MACHINE + machine.text() + "\n");
        for (int i = 0; i < steps.size(); i++) {
            text.append(steps.get(i).text());
            if (i < answers.size()) {
                text.append(ANSWER).append(answers.get(i));
            }
            text.append('\n');
        }
        return text.toString();
    }
}
