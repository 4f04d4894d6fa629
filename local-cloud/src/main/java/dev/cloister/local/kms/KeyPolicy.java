package dev.cloister.local.kms;

import dev.cloister.local.policy.MalformedPolicyException;
import dev.cloister.local.policy.Policy;
import dev.cloister.local.policy.PolicyParser;

/** A key's policy: the text as it was put, which is what GetKeyPolicy answers, and its meaning. */
record KeyPolicy(String text, Policy parsed) {
    static KeyPolicy parse(String text) throws MalformedPolicyException {
        return new KeyPolicy(text, PolicyParser.parseKeyPolicy(text));
    }

    /** What KMS gives a key that is created without a policy. */
    static String defaultText(String account) {
        return """
                {
                  "Version" : "2012-10-17",
                  "Id" : "key-default-1",
                  "Statement" : [ {
                    "Sid" : "Enable IAM User Permissions",
                    "Effect" : "Allow",
                    "Principal" : { "AWS" : "arn:aws:iam::%s:root" },
                    "Action" : "kms:*",
                    "Resource" : "*"
                  } ]
                }""".formatted(account);
    }
}
