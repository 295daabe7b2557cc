package org.pinion.fuzz;

/**
 * A step that two kernels answer differently.
 *
 * @param step its index in the script
 * @param operation what was asked
 * @param reference what the one that is right answered
 * @param emulated what the emulated one answered
 */
record Difference(int step, Operation operation, Answer reference, Answer emulated) {

    /** What is the same for differences that have the same cause, as far as one can tell. */
    String signature() {
        String asked = switch (operation) {
            case Operation.Ioctl ioctl -> ioctl.request().toString();
            case Operation.Plain plain -> plain.request().toString();
            default -> operation.getClass().getSimpleName();
        };
        return asked + ": " + brief(reference) + " / " + brief(emulated);
    }

    private static String brief(Answer answer) {
        String result = answer.result() < 0 ? Long.toString(answer.result()) : "ok";
        return answer.thrown().isEmpty() ? result + ":" + answer.changed() : answer.thrown();
    }
}
