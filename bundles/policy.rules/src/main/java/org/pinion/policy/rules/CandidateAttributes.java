package org.pinion.policy.rules;

import java.util.AbstractMap;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.pinion.spi.policy.Candidate;

/** A part of a section as a filter sees it; an attribute is looked up only if the filter asks for it. */
final class CandidateAttributes extends AbstractMap<String, Object> {

    private final Candidate part;

    CandidateAttributes(Candidate part) {
        this.part = part;
    }

    @Override
    public Object get(Object name) {
        return Attribute.named(String.valueOf(name)).map(attribute -> attribute.of(part)).orElse(null);
    }

    @Override
    public Set<Map.Entry<String, Object>> entrySet() {
        return Arrays.stream(Attribute.values())
                .filter(attribute -> attribute.of(part) != null)
                .map(attribute -> Map.entry(attribute.word(), attribute.of(part)))
                .collect(Collectors.toSet());
    }
}
