// Generated from openapi.json by `npm run api`. Not edited by hand.

export interface paths {
    "/api/v1/demonstration": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Removes the demonstration with everything in it. */
        delete: operations["delete /api/v1/demonstration"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/dialogues": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An organiser's dialogues, newest first. */
        get: operations["get /api/v1/dialogues"];
        put?: never;
        /** Opens a dialogue. */
        post: operations["post /api/v1/dialogues"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/dialogues/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A dialogue with what belongs to it. */
        get: operations["get /api/v1/dialogues/{id}"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Changes a dialogue's words, languages, period or state. */
        patch: operations["patch /api/v1/dialogues/{id}"];
        trace?: never;
    };
    "/api/v1/dialogues/{id}/editions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The editions of a dialogue, newest first. */
        get: operations["get /api/v1/dialogues/{id}/editions"];
        put?: never;
        /** Begins to make an edition, or returns the one that is being made. */
        post: operations["post /api/v1/dialogues/{id}/editions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/dialogues/{id}/meetings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Adds a meeting with its link. */
        post: operations["post /api/v1/dialogues/{id}/meetings"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/dialogues/{id}/surveys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Adds a survey made from a template, open, with its link. */
        post: operations["post /api/v1/dialogues/{id}/surveys"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/links/exchange": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Exchanges a link's secret for a cookie. */
        post: operations["post /api/v1/links/exchange"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/links/leave": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Forgets what this browser may do. */
        post: operations["post /api/v1/links/leave"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What this browser may do. */
        get: operations["get /api/v1/me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/meetings/{code}/enter": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lets somebody in: one name, one click. The same browser is the same guest again. */
        post: operations["post /api/v1/meetings/{code}/enter"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/meetings/{code}/lobby": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What one knows before one enters. For everybody who has the meeting's link. */
        get: operations["get /api/v1/meetings/{code}/lobby"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/meetings/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Changes a meeting's title, schedule, or whether it is recorded. */
        patch: operations["patch /api/v1/meetings/{id}"];
        trace?: never;
    };
    "/api/v1/meetings/{id}/record": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was said, for the organiser to approve. */
        get: operations["get /api/v1/meetings/{id}/record"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/meetings/{id}/record/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lets what was said be published, or takes that back for the editions to come. */
        post: operations["post /api/v1/meetings/{id}/record/approve"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/surveys/{id}/close": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stops a survey from taking answers. */
        post: operations["post /api/v1/surveys/{id}/close"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/surveys/{id}/open": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lets a survey take answers. */
        post: operations["post /api/v1/surveys/{id}/open"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/surveys/{id}/results": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A survey's results as JSON: the numbers of the page. */
        get: operations["get /api/v1/surveys/{id}/results"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        ApproveBody: {
            approved: boolean;
        };
        BTreeMap: {
            [key: string]: string;
        };
        CaptionBody: {
            /** @description `machine`, `interpreter` or `speaker`. */
            author: string;
            ends_at: string;
            is_untranslated: boolean;
            language: string;
            /** @description The same in every language of one segment. */
            segment: string;
            source_language: string;
            starts_at: string;
            text: string;
        };
        CaptionsBody: {
            /** @description Pairs of spoken and read language for which a pack is present. */
            available: string[][];
            /**
             * @description What is missing before all captions can be made: keys of the catalogue `interpret`, such as
             *     `missing_recognition`.
             */
            missing: string[];
        };
        /** @description A share with its three sizes. */
        ChoiceResultBody: {
            /** Format: int64 */
            base: number;
            /** Format: int64 */
            count: number;
            /** Format: double */
            effective: number;
            id: string;
            /** Format: double */
            unweighted: number;
            /** Format: double */
            weighted: number;
        };
        ConsentBody: {
            /**
             * @description What one says may be kept in the record.
             * @default false
             */
            record?: boolean;
        };
        CountsBody: {
            /** Format: int32 */
            editions: number;
            /** Format: int32 */
            meetings: number;
            /** Format: int64 */
            responses: number;
        };
        DialogueBody: components["schemas"]["DialogueSummaryBody"] & {
            description: components["schemas"]["BTreeMap"];
            editions: components["schemas"]["EditionBody"][];
            meetings: components["schemas"]["MeetingBody"][];
            surveys: components["schemas"]["SurveyBody"][];
        };
        DialogueSummaryBody: {
            closes_at?: string | null;
            counts: components["schemas"]["CountsBody"];
            id: string;
            is_demonstration: boolean;
            languages: string[];
            opens_at?: string | null;
            slug: string;
            /** @description `draft`, `open` or `closed`. */
            state: string;
            title: components["schemas"]["BTreeMap"];
            /** @description The public page. */
            url: string;
        };
        EditionBody: {
            /** @description Of the data pack. */
            hash?: string | null;
            id: string;
            languages: string[];
            /** Format: int32 */
            number: number;
            progress: components["schemas"]["ProgressBody"];
            published_at?: string | null;
            /** @description `waiting`, `rendering`, `published` or `failed`. */
            state: string;
            /** @description The edition's page. */
            url: string;
        };
        EnterBody: {
            consent?: components["schemas"]["ConsentBody"];
            name: string;
            /** @description The language one reads. */
            reads: string;
            /** @description The language one speaks. */
            speaks: string;
        };
        /** @description What a `LiveKit` client needs to enter. */
        EnteredBody: {
            identity: string;
            room: string;
            token: string;
            /** @description `ws://…` or `wss://…`. */
            url: string;
        };
        /** @description What a link lets its holder do. */
        ExchangeBody: {
            /** @description `organiser` or `delegate`. */
            capability: string;
            /** @description The one meeting a delegate's link is for. */
            meeting_code?: string | null;
            organisation: components["schemas"]["OrganisationBody"];
        };
        /** @description What one knows before one enters. */
        LobbyBody: {
            captions: components["schemas"]["CaptionsBody"];
            dialogue: components["schemas"]["BTreeMap"];
            /** @description The dialogue's public page. */
            dialogue_url: string;
            is_demonstration: boolean;
            is_recorded: boolean;
            languages: string[];
            /** Format: int32 */
            minutes: number;
            organisation: components["schemas"]["OrganisationBody"];
            /** Format: int64 */
            present: number;
            starts_at: string;
            title: components["schemas"]["BTreeMap"];
        };
        MeBody: {
            delegate?: components["schemas"]["ExchangeBody"] | null;
            organiser?: components["schemas"]["ExchangeBody"] | null;
        };
        MeetingBody: {
            code: string;
            id: string;
            is_record_approved: boolean;
            is_recorded: boolean;
            /** Format: int32 */
            minutes: number;
            /**
             * Format: int64
             * @description Different people who were in it.
             */
            people: number;
            /**
             * Format: int64
             * @description In it at this moment.
             */
            present: number;
            starts_at: string;
            title: components["schemas"]["BTreeMap"];
            url: string;
        };
        NewDialogueBody: {
            closes_at?: string | null;
            description?: components["schemas"]["BTreeMap"];
            languages: string[];
            opens_at?: string | null;
            /** @description The address: small letters, figures and hyphens. */
            slug: string;
            title: components["schemas"]["BTreeMap"];
        };
        NewMeetingBody: {
            is_recorded?: boolean;
            /** Format: int32 */
            minutes: number;
            starts_at: string;
            title: components["schemas"]["BTreeMap"];
        };
        NewSurveyBody: {
            /** @description `un75`. */
            template: string;
        };
        OrganisationBody: {
            id: string;
            name: string;
        };
        /** @description Who took part: one group of one variable, of those aged 16 and over. */
        PartBody: {
            /** @description `not_said`, or the id of the questionnaire's choice. */
            group: string;
            /** Format: int64 */
            people: number;
            /**
             * Format: double
             * @description Of the population aged 16 and over.
             */
            population?: number | null;
            /** @description `region`, `age` or `gender`. */
            variable: string;
        };
        /** @description What is left out stays as it is. */
        PatchDialogueBody: {
            /** @default null */
            closes_at?: string | null;
            /** @default null */
            description?: components["schemas"]["BTreeMap"] | null;
            /** @default null */
            languages?: string[] | null;
            /** @default null */
            opens_at?: string | null;
            /**
             * @description `draft`, `open` or `closed`.
             * @default null
             */
            state?: string | null;
            /** @default null */
            title?: components["schemas"]["BTreeMap"] | null;
        };
        /** @description What is left out stays as it is. */
        PatchMeetingBody: {
            /** @default null */
            is_recorded?: boolean | null;
            /**
             * Format: int32
             * @default null
             */
            minutes?: number | null;
            /** @default null */
            starts_at?: string | null;
            /** @default null */
            title?: components["schemas"]["BTreeMap"] | null;
        };
        ProgressBody: {
            /** Format: int32 */
            done: number;
            /** Format: int32 */
            of: number;
        };
        QuestionResultBody: {
            choices: components["schemas"]["ChoiceResultBody"][];
            id: string;
            regions: components["schemas"]["RegionResultBody"][];
        };
        /** @description What was said, for the organiser to approve. */
        RecordBody: {
            captions: components["schemas"]["CaptionBody"][];
            is_approved: boolean;
        };
        RegionResultBody: {
            /** @description Empty where too few people answered to be shown. */
            choices: components["schemas"]["ChoiceResultBody"][];
            region: string;
        };
        ResultsBody: {
            /**
             * Format: int64
             * @description Answers that count, those of people too young to be weighted among them; 0 while there are
             *     fewer than `group_min`.
             */
            answers: number;
            /** Format: date-time */
            at: string;
            /** Format: int64 */
            group_min: number;
            /** @description `open_link`: whoever liked to answer did. */
            invitation: string;
            is_demonstration: boolean;
            part: components["schemas"]["PartBody"][];
            population: string;
            questions: components["schemas"]["QuestionResultBody"][];
            survey: string;
            /** Format: int32 */
            version: number;
            weighting?: components["schemas"]["WeightingBody"] | null;
        };
        /** @description A link's secret: what stood after `#`. */
        SecretBody: {
            secret: string;
        };
        SurveyBody: {
            /** @description Of the open link. */
            code: string;
            id: string;
            /** Format: int64 */
            responses: number;
            /** @description `open` or `closed`. */
            state: string;
            url: string;
            /** Format: int32 */
            version: number;
        };
        WeightingBody: {
            /** Format: double */
            design_effect: number;
            /** Format: double */
            effective: number;
            /** Format: double */
            error: number;
            is_converged: boolean;
            /** Format: int64 */
            people: number;
            /** Format: int32 */
            rounds: number;
            /** Format: double */
            weight_max: number;
            /** Format: double */
            weight_min: number;
            /**
             * Format: int64
             * @description Too young to be weighted.
             */
            young: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    "delete /api/v1/demonstration": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "get /api/v1/dialogues": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DialogueSummaryBody"][];
                };
            };
        };
    };
    "post /api/v1/dialogues": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewDialogueBody"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DialogueBody"];
                };
            };
            /** @description `conflict` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "get /api/v1/dialogues/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DialogueBody"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "patch /api/v1/dialogues/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PatchDialogueBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DialogueBody"];
                };
            };
        };
    };
    "get /api/v1/dialogues/{id}/editions": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EditionBody"][];
                };
            };
        };
    };
    "post /api/v1/dialogues/{id}/editions": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EditionBody"];
                };
            };
            /** @description `conflict` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "post /api/v1/dialogues/{id}/meetings": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewMeetingBody"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MeetingBody"];
                };
            };
        };
    };
    "post /api/v1/dialogues/{id}/surveys": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewSurveyBody"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SurveyBody"];
                };
            };
        };
    };
    "post /api/v1/links/exchange": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SecretBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExchangeBody"];
                };
            };
            /** @description `link_invalid` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "post /api/v1/links/leave": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "get /api/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MeBody"];
                };
            };
        };
    };
    "post /api/v1/meetings/{code}/enter": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                code: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EnterBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EnteredBody"];
                };
            };
        };
    };
    "get /api/v1/meetings/{code}/lobby": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LobbyBody"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "patch /api/v1/meetings/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PatchMeetingBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MeetingBody"];
                };
            };
        };
    };
    "get /api/v1/meetings/{id}/record": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecordBody"];
                };
            };
        };
    };
    "post /api/v1/meetings/{id}/record/approve": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApproveBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MeetingBody"];
                };
            };
        };
    };
    "post /api/v1/surveys/{id}/close": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SurveyBody"];
                };
            };
        };
    };
    "post /api/v1/surveys/{id}/open": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SurveyBody"];
                };
            };
        };
    };
    "get /api/v1/surveys/{id}/results": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ResultsBody"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
}
