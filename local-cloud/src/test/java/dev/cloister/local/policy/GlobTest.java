package dev.cloister.local.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {
    @ParameterizedTest
    @CsvSource(textBlock = """
            *,            anything,      true
            *,            '',            true
            '',           '',            true
            '',           a,             false
            ?,            a,             true
            ?,            '',            false
            kms:*,        kms:decrypt,   true
            kms:*,        kms:,          true
            kms:*,        s3:getobject,  false
            *:decrypt,    kms:decrypt,   true
            kms:d*t,      kms:decrypt,   true
            kms:d*x,      kms:decrypt,   false
            kms:?ecrypt,  kms:decrypt,   true
            a*b*c,        aXbYc,         true
            a*b*c,        aXcYb,         false
            **a,          a,             true
            abc,          ABC,           false
            """)
    void pattern_matchesTheWholeText(String pattern, String text, boolean expected) {
        assertThat(Glob.matches(pattern, text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            *,                                     arn:aws:kms:us-east-1:111122223333:key/a,  true
            arn:aws:kms:*:*:key/*,                 arn:aws:kms:us-east-1:111122223333:key/a,  true
            arn:aws:kms:us-*:111122223333:key/?,   arn:aws:kms:us-east-1:111122223333:key/a,  true
            arn:aws:kms:*,                         arn:aws:kms:us-east-1:111122223333:key/a,  true
            arn:aws:k*,                            arn:aws:kms:us-east-1:111122223333:key/a,  true
            arn:aws:kms:*:key/*,                   arn:aws:kms:us-east-1:111122223333:key/a,  false
            arn:aws:kms:us-west-2:*:key/*,         arn:aws:kms:us-east-1:111122223333:key/a,  false
            arn:aws:iam::*:role/a,                 arn:aws:iam::111122223333:role/a,          true
            arn:aws:iam::*:role/a,                 arn:aws:iam::111122223333:role/ab,         false
            arn:aws:kms:*,                         not-an-arn,                                false
            """)
    void arnPattern_matchesPartByPart(String pattern, String arn, boolean expected) {
        assertThat(Glob.arnMatches(pattern, arn)).isEqualTo(expected);
    }

    @Test
    void manyStars_doNotExplode() {
        String pattern = "*a".repeat(200) + "b";
        assertThat(assertTimeoutPreemptively(Duration.ofSeconds(5), () -> Glob.matches(pattern, "a".repeat(20_000))))
                .isFalse();
    }
}
