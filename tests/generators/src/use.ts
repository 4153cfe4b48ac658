// What an app with Relay asks: a list that is paged, an object that is fetched again by its id, a change, and what is followed.
import { graphql } from "relay-runtime";

graphql`
  fragment use_directives on Query @argumentDefinitions(first: { type: "Int", defaultValue: 20 }, after: { type: "String" }) @refetchable(queryName: "useDirectivesPage") {
    directives(first: $first, after: $after) @connection(key: "use_directives") {
      edges {
        node {
          id
          title
          dueOn
          timeliness
        }
      }
    }
  }
`;
graphql`
  fragment use_indicator on Indicator @refetchable(queryName: "useIndicatorAgain") {
    code
    name
  }
`;
graphql`
  query useScreenQuery($id: ID!) {
    ...use_directives
    node(id: $id) {
      ...use_indicator @alias
    }
  }
`;
graphql`
  mutation useRecommendMutation($input: RecommendInput!, $key: UUID!) {
    recommend(input: $input, idempotencyKey: $key) {
      recommendation {
        id
      }
      userErrors {
        code
        field
        message
      }
    }
  }
`;
graphql`
  subscription useChangedSubscription {
    changed(types: [DIRECTIVE]) {
      __typename
    }
  }
`;
